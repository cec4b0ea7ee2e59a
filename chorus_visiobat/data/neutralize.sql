-- A test copy of the database keeps no credentials and sends nothing.
UPDATE chorus_account
   SET password_ciphertext = NULL,
       database_identity = NULL;
UPDATE chorus_account
   SET state = 'paused',
       pause_reason = 'neutralized'
 WHERE state = 'active';
UPDATE chorus_piste_application
   SET client_secret_ciphertext = NULL,
       token_ciphertext = NULL,
       token_expiry = NULL;
DELETE FROM chorus_subscription;
-- What waits, or whose answer is still unknown, is the original's business.
UPDATE chorus_document
   SET stage = CASE stage WHEN 'queued' THEN 'draft' ELSE 'needs_attention' END,
       file_stage = CASE stage WHEN 'queued' THEN 'draft' ELSE 'needs_attention' END
 WHERE stage IN ('queued', 'sending', 'unknown');
UPDATE chorus_transmission
   SET state = 'cancelled'
 WHERE state IN ('queued', 'sending', 'unknown');
UPDATE ir_cron
   SET active = false
 WHERE id IN (
        SELECT res_id
          FROM ir_model_data
         WHERE module = 'chorus_visiobat'
           AND model = 'ir.cron'
       );
