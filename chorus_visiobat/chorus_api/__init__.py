"""Client of Chorus Pro through PISTE, in plain Python: no Odoo here, `requests` and the standard library.

    with ChorusClient(Endpoint.qualification(), credentials, MemoryTokenStore()) as client:
        receipt = client.deposit_flow(FlowDeposit(content, "facture.pdf", "IN_DP_E2_CII_FACTURX"))
        report = client.read_flow_report(receipt.flow_number)

A request that changes something at Chorus Pro is a frozen dataclass whose `to_json()` gives the exact bytes that will
be sent: they can be kept before the call, and the verb takes them back as they are.
"""

from .client import ChorusClient
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
    says_duplicate,
)
from .files import FileUpload, StoredFile
from .flows import FlowDeposit, FlowReceipt, FlowReport, InvoiceError, TechnicalError
from .gateway import CallRecord
from .history import StatusEvent
from .invoice_actions import (
    CompletionReceipt,
    InvoiceCompletion,
    InvoiceReceipt,
    InvoiceRecycling,
    InvoiceSubmission,
)
from .invoices import AttachedFile, InvoiceDetails, InvoiceQuery, InvoiceSummary
from .pacing import Pacer
from .reference import AttachmentType, Health, VatRate
from .secret import Secret
from .structures import BankAccount, Commitment, ServiceDetails, ServiceRef, StructureDetails, StructureRef
from .submission import Attachment, MainFile, Totals
from .tokens import MemoryTokenStore, TokenSlot, TokenStore
from .works import BillingFile, WorksDetails, WorksDocument, WorksQuery, WorksSummary
from .works_actions import WorksCompletion, WorksReceipt, WorksRecycling
from .works_submission import WorksSubmission, works_type_of
