"""Client of Chorus Pro through PISTE, in plain Python: no Odoo here, `requests` and the standard library.

    with ChorusClient(Endpoint.qualification(), credentials, MemoryTokenStore()) as client:
        receipt = client.deposit_flow(FlowDeposit(content, "facture.pdf", "IN_DP_E2_CII_FACTURX"))
        report = client.read_flow_report(receipt.flow_number)

A request that changes something at Chorus Pro is a frozen dataclass whose `to_json()` gives the exact bytes that will
be sent: they can be kept before the call, and the verb takes them back as they are. `ROUTES` tells of every verb
whether it has a remote effect, what proves it, and which verb settles a lost answer.
"""

from .calls import CallRecord
from .catalogue import EFFECTS, ROUTES
from .client import ChorusClient
from .commitments import Commitment, CommitmentDetails, CommitmentRequest
from .directory import Membership, Recipient, SiretInformation
from .downloads import Download
from .endpoint import Credentials, Endpoint
from .errors import (
    AuthRefused,
    ChorusError,
    ConnectionLost,
    FlowNotFound,
    Misconfigured,
    NotSent,
    Refused,
    Throttled,
    Unknown,
)
from .files import FileUpload, StoredFile
from .flow_archive import FlowArchive
from .flows import FlowDeposit, FlowReceipt, FlowReport, FlowSummary, InvoiceError, TechnicalError
from .gateway import Route
from .history import StatusEvent
from .invoice_actions import (
    CompletionReceipt,
    InvoiceCompletion,
    InvoiceReceipt,
    InvoiceRecycling,
    InvoiceSubmission,
    RejectionHandling,
    ValidatorCorrection,
)
from .invoices import AttachedFile, InvoiceDetails, InvoiceQuery, InvoiceSummary
from .pacing import Pacer
from .pdf_deposit import PdfDeposit, PdfReading
from .reference import AttachmentType, Choice, Health, VatRate
from .refusals import CONSEQUENCES, consequence_of, says_duplicate
from .secret import Secret
from .structures import BankAccount, ServiceDetails, ServiceRef, StructureDetails, StructureQuery, StructureRef
from .submission import Attachment, InvoiceLine, MainFile, Totals, VatLine, with_attachments
from .tokens import MemoryTokenStore, TokenSlot, TokenStore
from .validation import (
    ValidationDecision,
    ValidationDetails,
    ValidationQuery,
    ValidationReceipt,
    ValidationSummary,
)
from .works import BillingFile, WorksDetails, WorksDocument, WorksQuery, WorksSummary
from .works_actions import WorksCompletion, WorksReceipt, WorksRecycling, WorksRecyclingRequest, WorksRefusal
from .works_submission import WorksSubmission, works_type_of
