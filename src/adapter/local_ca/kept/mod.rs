//! The same CA with everything that it knows in rows, so that it goes on after its process died.

mod form;
mod operator;
mod zone;

use core::fmt;
use std::boxed::Box;
use std::format;
use std::sync::Arc;
use std::vec::Vec;

use x509_cert::crl::CertificateList;
use x509_cert::der::pem::LineEnding;
use x509_cert::der::{Encode, EncodePem};

use super::authority::{Authority, hex};
use super::config::LocalCaConfig;
use super::crl::{self, Entry};
use super::error::KeptCaError;
use super::order::Record;
use super::submitted_before;
use crate::adapter::turns::Turns;
use crate::model::{OrderId, Serial, Timestamp};
use crate::port::{
    BoxFuture, CaAnswer, CaError, CertificateAuthority, IssuanceRequest, RequestId,
    RevocationOrder, RowKey, RowValue, Rows,
};

pub use zone::KeptZone;

/// So many rows are read at once.
const PAGE: usize = 500;

/// A certificate authority as [`LocalCa`](super::LocalCa), that keeps keys, certificates, orders,
/// requests, revocations and the proofs in its [`KeptZone`] in [`Rows`].
///
/// Whoever opens it again over the same rows finds it as it was: the same root, the same challenges, the
/// same answers, whenever the process ended. What was answered is as durable as the rows. In memory it
/// has its keys and the orders that it is just asked about, however many there are.
///
/// What is asked about one order is done one after the other; different orders don't wait for each
/// other, also where certificates are signed. Rows have no expectations, so one value at a time may be
/// open over them.
///
/// # Keys
/// The key of the intermediate and the secret of the challenges stand in the rows as they are: who reads
/// the database can sign. That is for laboratories. In memory they are overwritten when they are dropped.
/// The root's key is dropped once it has signed the intermediate.
///
/// # Rows
/// Its keys begin with `ca/`.
///
/// ```
/// use std::sync::Arc;
/// use cert_lifecycle::adapter::MemoryStore;
/// use cert_lifecycle::adapter::local_ca::{KeptCa, LocalCaConfig};
///
/// # pollster::block_on(async {
/// let rows = Arc::new(MemoryStore::new());
/// let now = "2026-03-20T00:00:00Z".parse()?;
/// let ca = KeptCa::open(LocalCaConfig::new(|_| 200), rows.clone(), now).await?;
/// let root = ca.root_pem();
/// drop(ca);
/// let later = "2026-03-21T00:00:00Z".parse()?;
/// let again = KeptCa::open(LocalCaConfig::new(|_| 200), rows, later).await?;
/// assert_eq!(again.root_pem(), root);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct KeptCa {
    authority: Authority,
    rows: Arc<dyn Rows>,
    zone: KeptZone,
    orders: Turns<OrderId>,
    requests: Turns<RequestId>,
    lists: Turns<()>,
}

fn key(text: &str) -> Result<RowKey, KeptCaError> {
    // All that goes in is shorter, and has the letters.
    RowKey::new(text).map_err(|_| KeptCaError::Damaged("a key"))
}

fn value(bytes: Vec<u8>) -> Result<RowValue, KeptCaError> {
    RowValue::new(bytes).map_err(KeptCaError::TooLong)
}

fn of_order(order: OrderId) -> Result<RowKey, KeptCaError> {
    key(&format!("ca/order/{:020}", order.get()))
}

fn of_request(id: RequestId) -> Result<RowKey, KeptCaError> {
    key(&format!("ca/request/{id}"))
}

const HIERARCHY: &str = "ca/hierarchy";
const LISTS: &str = "ca/lists";
const REVOKED: &str = "ca/revoked/";

/// The serial number in the key of a line.
fn serial(key: &RowKey) -> Option<Serial> {
    let digits = key.as_str().strip_prefix(REVOKED)?.as_bytes();
    let bytes = digits.chunks(2).map(|two| {
        let two = core::str::from_utf8(two).ok()?;
        u8::from_str_radix(two, 16).ok()
    });
    Serial::new(&bytes.collect::<Option<Vec<u8>>>()?).ok()
}

impl KeptCa {
    /// Opens the CA in some rows, or founds one there, as [`LocalCa::new`](super::LocalCa::new) does,
    /// where there is none.
    ///
    /// One that is there keeps its keys, its certificates and the secret of its challenges, whatever
    /// the settings say of them; all else in them holds from now on.
    ///
    /// # Errors
    /// [`KeptCaError`].
    pub async fn open(
        config: LocalCaConfig,
        rows: Arc<dyn Rows>,
        now: Timestamp,
    ) -> Result<Self, KeptCaError> {
        let place = key(HIERARCHY)?;
        let authority = if let Some(found) = rows.get(place).await? {
            let read = form::read_hierarchy(found.as_bytes(), config);
            read.ok_or(KeptCaError::Damaged("its keys and certificates"))?
        } else {
            let authority = Authority::found(config, now)?;
            let kept = value(form::write_hierarchy(&authority)?)?;
            rows.write(Vec::from([(place, Some(kept))])).await?;
            authority
        };
        Ok(Self {
            authority,
            zone: KeptZone::new(Arc::clone(&rows)),
            rows,
            orders: Turns::default(),
            requests: Turns::default(),
            lists: Turns::default(),
        })
    }

    /// Where it looks for proofs.
    #[must_use]
    pub const fn zone(&self) -> &KeptZone {
        &self.zone
    }

    /// The root's certificate in PEM: the trust anchor.
    #[must_use]
    pub fn root_pem(&self) -> Arc<str> {
        self.authority.hierarchy.root_pem()
    }

    /// The intermediate's certificate in PEM: the issuer of every leaf.
    #[must_use]
    pub fn intermediate_pem(&self) -> Arc<str> {
        self.authority.hierarchy.intermediate_pem()
    }

    /// The list of the leaves revoked up to `now`, in DER, signed by the intermediate. Every list
    /// has a higher number than the one before. All of it is in memory while it is signed.
    ///
    /// # Errors
    /// [`KeptCaError`].
    pub async fn crl_der(&self, now: Timestamp) -> Result<Arc<[u8]>, KeptCaError> {
        let list = self.crl(now).await?;
        let der = list.to_der().map_err(super::LocalCaError::from)?;
        Ok(Arc::from(der))
    }

    /// As [`KeptCa::crl_der`], in PEM.
    ///
    /// # Errors
    /// [`KeptCaError`].
    pub async fn crl_pem(&self, now: Timestamp) -> Result<Arc<str>, KeptCaError> {
        let list = self.crl(now).await?;
        let pem = list.to_pem(LineEnding::LF);
        Ok(Arc::from(pem.map_err(super::LocalCaError::from)?))
    }

    async fn crl(&self, now: Timestamp) -> Result<CertificateList, KeptCaError> {
        let damaged = KeptCaError::Damaged("a list of what was revoked");
        let _turn = self.lists.take(()).await;
        let (place, prefix) = (key(LISTS)?, key(REVOKED)?);
        let number = match self.rows.get(place).await? {
            Some(found) => form::read_count(found.as_bytes()).ok_or(damaged.clone())?,
            None => 0,
        };
        let number = number.saturating_add(1);
        let hierarchy = &self.authority.hierarchy;
        let (mut entries, mut after): (Vec<Entry>, Option<RowKey>) = (Vec::new(), None);
        loop {
            let page = self.rows.scan(prefix, after, PAGE).await?;
            for (key, line) in &page {
                let serial = serial(key).ok_or(damaged.clone())?;
                let line = form::read_revoked(line.as_bytes());
                let (since, reason) = line.ok_or(damaged.clone())?;
                if since <= now {
                    entries.push(Entry::new(serial, since, reason, hierarchy));
                }
            }
            after = page.last().map(|(key, _)| *key);
            if page.len() < PAGE {
                break;
            }
        }
        // A number is used up before a list has it.
        let kept = value(form::write_count(number))?;
        self.rows.write(Vec::from([(place, Some(kept))])).await?;
        let days = self.authority.config.crl_days;
        Ok(crl::sign(hierarchy, number, now, days, &entries)?)
    }

    /// An order as it stands, for who has its turn.
    async fn load(&self, order: OrderId) -> Result<Option<Record>, KeptCaError> {
        let Some(found) = self.rows.get(of_order(order)?).await? else {
            return Ok(None);
        };
        let read = form::read_record(found.as_bytes());
        let own = read.filter(|record| record.request.order == order);
        own.ok_or(KeptCaError::Damaged("an order")).map(Some)
    }

    /// Keeps an order, and that a request came to this.
    async fn keep(
        &self,
        record: &Record,
        request: Option<(RequestId, [u8; 32])>,
    ) -> Result<(), KeptCaError> {
        let order = of_order(record.request.order)?;
        let mut changes = Vec::from([(order, Some(value(form::write_record(record))?))]);
        if let Some((id, digest)) = request {
            changes.push((of_request(id)?, Some(value(digest.to_vec())?)));
        }
        if let Some((issued, revoked)) = record
            .issued()
            .and_then(|issued| Some((issued, issued.revoked()?)))
        {
            let line = key(&format!("{REVOKED}{}", hex(issued.serial.as_bytes())))?;
            changes.push((line, Some(value(form::write_revoked(revoked))?)));
        }
        Ok(self.rows.write(changes).await?)
    }

    /// Whether a request is a repeat.
    async fn repeats(&self, id: RequestId, digest: &[u8; 32]) -> Result<bool, CaError> {
        let seen = self.rows.get(of_request(id)?).await;
        match seen.map_err(KeptCaError::from)? {
            None => Ok(false),
            Some(seen) if seen.as_bytes() == digest => Ok(true),
            Some(_) => Err(CaError::RequestReused(id)),
        }
    }

    async fn submit_now(&self, request: IssuanceRequest) -> Result<(), CaError> {
        let (id, order, digest) = (
            request.request,
            request.order,
            form::of_submission(&request),
        );
        let _own = self.requests.take(id).await;
        if self.repeats(id, &digest).await? {
            return Ok(());
        }
        let _turn = self.orders.take(order).await;
        if self.load(order).await?.is_some() {
            return Err(submitted_before());
        }
        let record = self.authority.accept(request)?;
        Ok(self.keep(&record, Some((id, digest))).await?)
    }

    async fn poll_now(&self, order: OrderId, now: Timestamp) -> Result<CaAnswer, CaError> {
        let _turn = self.orders.take(order).await;
        let found = self.load(order).await?;
        let mut record = found.ok_or(CaError::UnknownOrder(order))?;
        let is_proven = record.awaits_proof() && self.zone.holds(&record.challenge).await?;
        if self.authority.advance(&mut record, is_proven, now)? {
            self.keep(&record, None).await?;
        }
        Ok(record.answer())
    }

    /// Carries a request about an order out, once.
    async fn once(
        &self,
        id: RequestId,
        order: OrderId,
        digest: [u8; 32],
        step: impl FnOnce(&mut Record) -> Result<(), CaError> + Send,
    ) -> Result<(), CaError> {
        let _own = self.requests.take(id).await;
        if self.repeats(id, &digest).await? {
            return Ok(());
        }
        let _turn = self.orders.take(order).await;
        let found = self.load(order).await?;
        let mut record = found.ok_or(CaError::UnknownOrder(order))?;
        step(&mut record)?;
        Ok(self.keep(&record, Some((id, digest))).await?)
    }
}

impl CertificateAuthority for KeptCa {
    fn submit(&self, request: IssuanceRequest) -> BoxFuture<'_, Result<(), CaError>> {
        Box::pin(self.submit_now(request))
    }

    fn poll(&self, order: OrderId, now: Timestamp) -> BoxFuture<'_, Result<CaAnswer, CaError>> {
        Box::pin(self.poll_now(order, now))
    }

    fn cancel(&self, request: RequestId, order: OrderId) -> BoxFuture<'_, Result<(), CaError>> {
        let digest = form::of_cancellation(order);
        Box::pin(self.once(request, order, digest, |record| {
            record.cancel();
            Ok(())
        }))
    }

    fn revoke(&self, request: RevocationOrder) -> BoxFuture<'_, Result<(), CaError>> {
        let digest = form::of_revocation(&request);
        let step = move |record: &mut Record| self.authority.ask_revocation(record, &request);
        Box::pin(self.once(request.request, request.order, digest, step))
    }
}

impl fmt::Debug for KeptCa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptCa")
            .field("config", &self.authority.config)
            .finish_non_exhaustive()
    }
}
