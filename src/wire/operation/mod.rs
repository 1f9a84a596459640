//! The operations: which there are, what each takes, and what it does at the service.
//!
//! Checks come in the documented order: parameters (400), what is asked about (404), its state (403),
//! what was asked (403), and then everything else (500).

mod applying;
mod around;
mod certificate;
mod chain;
mod counts;
mod fields;
mod listing;
mod orders;
mod row;
mod sight;
mod table;
mod uploading;

use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use super::{Fault, Parameters, Tree};
use crate::model::{AccountId, Catalog, KeyKind, OrderId, Product, ProductCode};
use crate::rulebook::value::words::words;
use crate::service::Service;

use around::Around;

#[cfg(feature = "console")]
pub(crate) use listing::ALIVE;
pub use table::{Parameter, ParameterKind, Repeat, Taken};
#[cfg(feature = "console")]
pub(crate) use uploading::why_no_chain;

words! {
    /// An operation that is offered.
    #[non_exhaustive]
    Operation {
        /// How a plan is used.
        DescribePackageState = "DescribePackageState",
        /// An application of any class.
        CreateCertificateForPackageRequest = "CreateCertificateForPackageRequest",
        /// An application for a domain validated certificate.
        CreateCertificateRequest = "CreateCertificateRequest",
        /// The same with a signing request of the holder's.
        CreateCertificateWithCsrRequest = "CreateCertificateWithCsrRequest",
        /// How an order stands.
        DescribeCertificateState = "DescribeCertificateState",
        /// An application is withdrawn.
        CancelOrderRequest = "CancelOrderRequest",
        /// An order is deleted.
        DeleteCertificateRequest = "DeleteCertificateRequest",
        /// A certificate is revoked, or a pending order cancelled.
        CancelCertificateForPackageRequest = "CancelCertificateForPackageRequest",
        /// A certificate is renewed.
        RenewCertificateOrderForPackageRequest = "RenewCertificateOrderForPackageRequest",
        /// Orders or certificates.
        ListUserCertificateOrder = "ListUserCertificateOrder",
        /// One certificate.
        GetUserCertificateDetail = "GetUserCertificateDetail",
        /// A certificate from elsewhere is put in.
        UploadUserCertificate = "UploadUserCertificate",
        /// A certificate is deleted.
        DeleteUserCertificate = "DeleteUserCertificate",
        /// The hosting chain of an order.
        ListTrusteeOrder = "ListTrusteeOrder",
        /// How all plans are used.
        GetCertificatePackageCount = "GetCertificatePackageCount",
    }
}

/// Where operations are carried out.
///
/// The settings are those of the interface that no rule decides; each has a method to change it.
///
/// What is answered is what the service answers: an application goes to the CA, and its key is made, when
/// [`Service::work`] runs, so an order shows its proof only afterwards. A
/// [`Runner`](crate::service::Runner) does that by itself; [`with_runner`](Self::with_runner) wakes it,
/// and [`waiting_for`](Self::waiting_for) waits for it, as the reference service does.
///
/// `DescribeCertificateState` asks the CA each time; [`with_timer`](Self::with_timer) bounds how long,
/// and [`without_asking_ca`](Self::without_asking_ca) leaves it to the runner.
/// `ListUserCertificateOrder` reads the orders of the account that it counts.
///
/// ```
/// # #[cfg(all(feature = "memory", feature = "local-ca"))] {
/// use std::num::NonZeroU32;
/// use std::sync::Arc;
///
/// use cert_lifecycle::adapter::local_ca::{LocalCa, LocalCaConfig, Zone};
/// use cert_lifecycle::adapter::{ManualClock, MemoryKeyVault, MemoryStore, Recorder, SeededIds};
/// use cert_lifecycle::model::{AccountId, Catalog, Channel, Payment, Site};
/// use cert_lifecycle::rulebook::Rulebook;
/// use cert_lifecycle::service::{EditionPolicy, Ports, Rules, Service};
/// use cert_lifecycle::wire::{Desk, Operation, Parameters, Tree};
/// # use core::{future::Future, pin::pin, task::{Context, Poll, Waker}};
/// # fn wait<T>(future: impl Future<Output = T>) -> T {
/// #     match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
/// #         Poll::Ready(value) => value,
/// #         Poll::Pending => unreachable!(),
/// #     }
/// # }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let start = "2026-03-20T09:00:00+08:00".parse()?;
/// # let recorder = Arc::new(Recorder::new());
/// # let ports = Ports {
/// #     store: Arc::new(MemoryStore::new()),
/// #     ca: Arc::new(LocalCa::new(LocalCaConfig::new(|_| 200), Zone::new(), start)?),
/// #     vault: Arc::new(MemoryKeyVault::new()),
/// #     payments: recorder.clone(),
/// #     notifier: recorder.clone(),
/// #     deployer: recorder.clone(),
/// #     clock: Arc::new(ManualClock::new(start)),
/// #     ids: Arc::new(SeededIds::new(1)),
/// # };
/// # let policy = EditionPolicy::AsOf { site: Site::Cn, channel: Channel::Api };
/// # let service = Service::new(ports, Rules::new(Rulebook::published(), policy));
/// let account = AccountId::new("1234567890")?;
/// let product = Catalog::published().get("geotrust-dv-1-starter").ok_or("no such product")?;
/// wait(service.buy_plan(account, product, NonZeroU32::MIN, Payment::NONE))?;
///
/// let desk = Desk::new(service);
/// let mut sent = Parameters::default();
/// sent.add("ProductCode".into(), "geotrust-dv-1-starter".into())?;
/// let done = wait(desk.perform(account, Operation::DescribePackageState, &sent))?;
/// assert_eq!(done.fields[1], ("TotalCount", Tree::Number(1)));
/// # Ok(()) } main().unwrap(); }
/// ```
#[derive(Clone, Debug)]
pub struct Desk {
    service: Service,
    default_product: Option<ProductCode>,
    uploads_as: Option<Product>,
    key_kind: KeyKind,
    tells_certificate_id: bool,
    around: Around,
}

impl FromStr for Operation {
    type Err = Fault;

    /// By its name in the API.
    fn from_str(name: &str) -> Result<Self, Fault> {
        let mut all = Self::ALL.iter().copied();
        let found = all.find(|operation| operation.word() == name);
        let why = "no operation of this name is offered";
        found.ok_or_else(|| Fault::invalid("Action", why))
    }
}

/// What an operation came to.
#[non_exhaustive]
pub struct Done {
    /// The fields of the answer, without the request's id.
    pub fields: Vec<(&'static str, Tree)>,
    /// The order that it was about or began.
    pub order: Option<OrderId>,
    /// The state that the answer shows, where it shows one.
    pub shown: Option<&'static str>,
}

impl Done {
    /// An answer without fields, about an order.
    #[must_use]
    pub const fn about(order: OrderId) -> Self {
        Self {
            fields: Vec::new(),
            order: Some(order),
            shown: None,
        }
    }

    /// An answer with fields, about no single order.
    #[must_use]
    pub const fn with(fields: Vec<(&'static str, Tree)>) -> Self {
        Self {
            fields,
            order: None,
            shown: None,
        }
    }
}

impl fmt::Debug for Done {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.fields.iter().map(|(name, _)| *name).collect();
        f.debug_struct("Done")
            .field("fields", &names)
            .field("order", &self.order)
            .field("shown", &self.shown)
            .finish()
    }
}

/// The default of `ProductCode` (SDK 3.9.4); before it was `symantec-free-1-free` (A21).
const DEFAULT_PRODUCT: &str = "digicert-free-1-free";

impl Desk {
    /// Over a service, with the settings of the interface as it is now: the product
    /// `digicert-free-1-free` for who names none and for uploads, RSA keys of 2048 bits, and ids of
    /// certificates told.
    #[must_use]
    pub fn new(service: Service) -> Self {
        Self {
            default_product: ProductCode::new(DEFAULT_PRODUCT).ok(),
            uploads_as: Catalog::published().get(DEFAULT_PRODUCT),
            service,
            key_kind: KeyKind::Rsa { bits: 2_048 },
            tells_certificate_id: true,
            around: Around::nothing(),
        }
    }

    /// With another product for who names none.
    #[must_use]
    pub const fn with_default_product(mut self, product: ProductCode) -> Self {
        self.default_product = Some(product);
        self
    }

    /// With another product under which uploaded certificates are listed. No source says which it is;
    /// nothing is counted by it.
    #[must_use]
    pub const fn with_uploads_as(mut self, product: Product) -> Self {
        self.uploads_as = Some(product);
        self
    }

    /// The product under which uploaded certificates are listed.
    #[cfg(feature = "console")]
    pub(crate) const fn uploads_as(&self) -> Option<Product> {
        self.uploads_as
    }

    /// With another kind of key for applications without a signing request.
    #[must_use]
    pub const fn with_key_kind(mut self, kind: KeyKind) -> Self {
        self.key_kind = kind;
        self
    }

    /// Whether `DescribeCertificateState` tells the certificate's id, as newer answers do
    /// ([`OrderField::CertId`](crate::view::order::OrderField::CertId)).
    #[must_use]
    pub const fn with_certificate_ids(mut self, told: bool) -> Self {
        self.tells_certificate_id = told;
        self
    }

    /// The service.
    #[must_use]
    pub const fn service(&self) -> &Service {
        &self.service
    }

    /// Carries an operation out for an account.
    ///
    /// # Errors
    /// [`Fault`]. Below 500 nothing was changed; behind a 500 that is not known.
    pub async fn perform(
        &self,
        account: AccountId,
        operation: Operation,
        parameters: &Parameters,
    ) -> Result<Done, Fault> {
        table::check(operation, parameters)?;
        let done = self.carry_out(account, operation, parameters).await;
        // One that failed on its way may have posted something all the same.
        if operation.changes() {
            self.post().await;
        }
        done
    }

    async fn carry_out(
        &self,
        account: AccountId,
        operation: Operation,
        parameters: &Parameters,
    ) -> Result<Done, Fault> {
        match operation {
            Operation::DescribePackageState => self.package_state(account, parameters).await,
            Operation::CreateCertificateForPackageRequest => {
                self.create_for_package(account, parameters).await
            }
            Operation::CreateCertificateRequest => self.create(account, parameters).await,
            Operation::CreateCertificateWithCsrRequest => {
                self.create_with_csr(account, parameters).await
            }
            Operation::DescribeCertificateState => self.state(account, parameters).await,
            Operation::CancelOrderRequest => self.withdraw(account, parameters).await,
            Operation::DeleteCertificateRequest => self.delete_order(account, parameters).await,
            Operation::CancelCertificateForPackageRequest => {
                self.cancel_for_package(account, parameters).await
            }
            Operation::RenewCertificateOrderForPackageRequest => {
                self.renew(account, parameters).await
            }
            Operation::ListUserCertificateOrder => self.list(account, parameters).await,
            Operation::GetUserCertificateDetail => self.detail(account, parameters).await,
            Operation::UploadUserCertificate => self.upload(account, parameters).await,
            Operation::DeleteUserCertificate => self.delete_certificate(account, parameters).await,
            Operation::ListTrusteeOrder => self.chain(account, parameters).await,
            Operation::GetCertificatePackageCount => self.package_counts(account).await,
        }
    }
}
