//! Faults that real services showed, ordered: which, of what, how often.
//!
//! ```toml
//! [[fault]]
//! kind = "error-after"
//! operation = "CreateCertificateRequest"
//! skip = 1
//! times = 2
//!
//! [[fault]]
//! kind = "slow"
//! milliseconds = 4000
//! probability = 0.1
//! ```
//!
//! | `kind` | What goes wrong | Takes |
//! |---|---|---|
//! | `error-before` | the call is answered with 500 `Error`, and nothing was done | `status`, 500 to 599 |
//! | `error-after` | the same, and it was done | `status` |
//! | `slow` | the answer comes late | `milliseconds` |
//! | `throttle` | the call is answered as one too many, 429 `Throttling.User` | |
//! | `ambiguous-status` | the call is refused, whatever the state is: 403 `OperationDenied.StatusNotSupport` | |
//! | `too-early` | the same, for an order that was applied for less than so many seconds ago | `seconds` |
//! | `delete-fail` | a deletion fails, whatever the state is: 403 `DeleteFail` | |
//! | `late-cancel` | a withdrawal is acknowledged and happens so many seconds later | `seconds` |
//! | `ca-late` | the CA answers nothing about a request for so many seconds | `seconds` |
//! | `ca-twice` | each answer of the CA to a request comes twice | |
//! | `ca-wrong` | the CA sends another certificate first | |
//! | `product-away` | a cloud product can't be reached: what is put on it or taken off is tried again later | |
//!
//! Seconds are of the service's clock, milliseconds of the machine's. `operation` and `account` say
//! which calls are meant, all without them; `ca-…` is about requests to the CA, `product-…` about those
//! to cloud products, and they take neither.
//! `skip` passes so many over, `times` ends after so many (both count those that are meant), and
//! `probability` lets some of them be hit, drawn by the server's seed. What is ordered is kept in
//! memory: a restart forgets what was counted, and a withdrawal that was yet to happen.

use core::fmt;
use std::borrow::ToOwned;
use std::format;
use std::string::{String, ToString};
use std::sync::{Mutex, PoisonError};
use std::vec::Vec;

use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

use crate::model::AccountId;
use crate::rulebook::value::words::words;
use crate::server::config::Misread;
use crate::wire::Operation;

words! {
    /// What goes wrong.
    FaultKind {
        /// An error of the server, before anything was done.
        ErrorBefore = "error-before",
        /// An error of the server, after it was done.
        ErrorAfter = "error-after",
        /// A slow answer.
        Slow = "slow",
        /// One call too many.
        Throttle = "throttle",
        /// A refusal for the state that says nothing about it.
        AmbiguousStatus = "ambiguous-status",
        /// The same, for an order that is young.
        TooEarly = "too-early",
        /// A deletion that fails though the state permits it.
        DeleteFail = "delete-fail",
        /// A withdrawal that happens later.
        LateCancel = "late-cancel",
        /// The CA answers late.
        CaLate = "ca-late",
        /// The CA answers twice.
        CaTwice = "ca-twice",
        /// The CA sends the wrong certificate first.
        CaWrong = "ca-wrong",
        /// A cloud product can't be reached.
        ProductAway = "product-away",
    }
}

impl FaultKind {
    /// What it is about.
    const fn subject(self) -> Subject {
        match self {
            Self::CaLate | Self::CaTwice | Self::CaWrong => Subject::Ca,
            Self::ProductAway => Subject::Products,
            Self::ErrorBefore
            | Self::ErrorAfter
            | Self::Slow
            | Self::Throttle
            | Self::AmbiguousStatus
            | Self::TooEarly
            | Self::DeleteFail
            | Self::LateCancel => Subject::Calls,
        }
    }

    const fn takes_seconds(self) -> bool {
        match self {
            Self::TooEarly | Self::LateCancel | Self::CaLate => true,
            Self::ErrorBefore
            | Self::ErrorAfter
            | Self::Slow
            | Self::Throttle
            | Self::AmbiguousStatus
            | Self::DeleteFail
            | Self::CaTwice
            | Self::CaWrong
            | Self::ProductAway => false,
        }
    }

    const fn takes_status(self) -> bool {
        match self {
            Self::ErrorBefore | Self::ErrorAfter => true,
            Self::Slow
            | Self::Throttle
            | Self::AmbiguousStatus
            | Self::TooEarly
            | Self::DeleteFail
            | Self::LateCancel
            | Self::CaLate
            | Self::CaTwice
            | Self::CaWrong
            | Self::ProductAway => false,
        }
    }
}

/// What a kind of fault is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Calls,
    Ca,
    Products,
}

/// What goes on, and may be hit.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Occasion<'a> {
    /// A call of the API.
    Call {
        operation: &'a str,
        account: AccountId,
    },
    /// A request to the CA.
    Ca,
    /// A request to a cloud product.
    Product,
}

/// One fault that is ordered.
#[derive(Clone, Debug, PartialEq)]
struct Order {
    kind: FaultKind,
    operation: Option<String>,
    account: Option<AccountId>,
    skip: u64,
    times: Option<u64>,
    probability: f64,
    seconds: u32,
    milliseconds: u32,
    status: u16,
}

/// The faults that are ordered, in their order. See the [module](self).
///
/// ```
/// use cert_lifecycle::server::Faults;
/// let faults = Faults::read("[[fault]]\nkind = \"slow\"\nmilliseconds = 100")?;
/// assert_eq!(faults.len(), 1);
/// let error = Faults::read(r#"{"faults": [{"kind": "slow", "seconds": 1}]}"#).unwrap_err();
/// assert_eq!(error.to_string(), "fault 1: slow takes no seconds");
/// # Ok::<(), cert_lifecycle::server::Misread>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults(Vec<Order>);

/// The most faults that are ordered at once.
const MOST: usize = 100;
/// The longest file.
const LONGEST: usize = 65_536;

impl Faults {
    /// Reads them from JSON, if it begins with a brace, or else from TOML.
    ///
    /// # Errors
    /// [`Misread`] says which fault and what of it.
    pub fn read(text: &str) -> Result<Self, Misread> {
        if text.len() > LONGEST {
            return Err(Misread::new(format!("more than {LONGEST} bytes")));
        }
        let value = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| Misread::new(error.to_string()))?
        } else {
            let table = DeTable::parse(text).map_err(|error| Misread::new(error.to_string()))?;
            of_table(table.get_ref())
        };
        Self::of(&value)
    }

    /// Reads them from JSON.
    pub(crate) fn of(value: &Value) -> Result<Self, Misread> {
        let wrong = || Misread::new("a list of faults is expected");
        let object = value.as_object().ok_or_else(wrong)?;
        if let Some(other) = object
            .keys()
            .find(|key| !matches!(key.as_str(), "fault" | "faults"))
        {
            return Err(Misread::new(format!(
                "{other:?} is not known here, faults are"
            )));
        }
        let lists = object
            .values()
            .map(|list| list.as_array().ok_or_else(wrong));
        let mut orders = Vec::new();
        for list in lists {
            for one in list? {
                let number = orders.len().saturating_add(1);
                let order =
                    Order::of(one).map_err(|why| Misread::new(format!("fault {number}: {why}")))?;
                orders.push(order);
            }
        }
        if orders.len() > MOST {
            return Err(Misread::new(format!("more than {MOST} faults")));
        }
        Ok(Self(orders))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// TOML as JSON; instants, which no fault has, as texts.
fn of_table(table: &DeTable<'_>) -> Value {
    let fields = table.iter().map(|(key, value)| {
        let key: &str = key.get_ref();
        (key.to_owned(), of_toml(value.get_ref()))
    });
    Value::Object(fields.collect())
}

fn of_toml(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::from(&**text),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::from(number.as_str()), Value::from),
        DeValue::Float(number) => {
            let read: Option<f64> = number.as_str().parse().ok();
            read.map_or_else(|| Value::from(number.as_str()), Value::from)
        }
        DeValue::Boolean(yes) => Value::from(*yes),
        DeValue::Datetime(instant) => Value::from(instant.to_string()),
        DeValue::Array(list) => list.iter().map(|one| of_toml(one.get_ref())).collect(),
        DeValue::Table(table) => of_table(table),
    }
}

impl Order {
    fn of(value: &Value) -> Result<Self, String> {
        let fields = value.as_object().ok_or("it is no table")?;
        let kind = text(fields, "kind")?.ok_or("it has no kind")?;
        let kind = FaultKind::ALL
            .iter()
            .copied()
            .find(|one| one.word() == kind);
        let kind = kind.ok_or_else(|| {
            let known: Vec<&str> = FaultKind::ALL.iter().map(|one| one.word()).collect();
            format!("it is of no known kind; there are {}", known.join(", "))
        })?;
        let takes = |field: &str| match field {
            "kind" | "skip" | "times" | "probability" => true,
            "operation" | "account" => kind.subject() == Subject::Calls,
            "seconds" => kind.takes_seconds(),
            "milliseconds" => kind == FaultKind::Slow,
            "status" => kind.takes_status(),
            _ => false,
        };
        if let Some(other) = fields.keys().find(|field| !takes(field)) {
            return Err(format!("{} takes no {other}", kind.word()));
        }
        let operation = text(fields, "operation")?;
        // A fault that can never hit would let a test pass that tests nothing.
        if let Some(other) = operation
            && !Operation::ALL.iter().any(|one| one.word() == other)
        {
            return Err(format!("there is no operation {other:?} here"));
        }
        if number(fields, "times")? == Some(0) {
            return Err(String::from("times begins at 1"));
        }
        let account = text(fields, "account")?.map(AccountId::new).transpose();
        let probability = match fields.get("probability") {
            None => 1.0,
            Some(value) => value
                .as_f64()
                .filter(|part| (0.0..=1.0).contains(part))
                .ok_or("probability goes from 0 to 1")?,
        };
        let needed = |name: &str, taken: bool| match number(fields, name)? {
            Some(value) => u32::try_from(value).map_err(|_| format!("{name} is too large")),
            None if taken => Err(format!("{} needs {name}", kind.word())),
            None => Ok(0),
        };
        let status = number(fields, "status")?.unwrap_or(500);
        let status = u16::try_from(status)
            .ok()
            .filter(|code| (500..=599).contains(code));
        Ok(Self {
            kind,
            operation: operation.map(ToOwned::to_owned),
            account: account.map_err(|error| format!("account: {error}"))?,
            skip: number(fields, "skip")?.unwrap_or(0),
            times: number(fields, "times")?,
            probability,
            seconds: needed("seconds", kind.takes_seconds())?,
            milliseconds: needed("milliseconds", kind == FaultKind::Slow)?,
            status: status.ok_or("status goes from 500 to 599")?,
        })
    }

    fn is_about(&self, asked: &Occasion<'_>) -> bool {
        match (self.kind.subject(), asked) {
            (Subject::Calls, Occasion::Call { operation, account }) => {
                self.operation
                    .as_deref()
                    .is_none_or(|own| own == *operation)
                    && self.account.is_none_or(|own| own == *account)
            }
            (Subject::Ca, Occasion::Ca) | (Subject::Products, Occasion::Product) => true,
            (Subject::Calls, Occasion::Ca | Occasion::Product)
            | (Subject::Ca, Occasion::Call { .. } | Occasion::Product)
            | (Subject::Products, Occasion::Call { .. } | Occasion::Ca) => false,
        }
    }
}

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, String> {
    let value = fields.get(name);
    value
        .map(|value| value.as_str().ok_or_else(|| format!("{name} is no text")))
        .transpose()
}

fn number(fields: &Map<String, Value>, name: &str) -> Result<Option<u64>, String> {
    let value = fields.get(name);
    value
        .map(|value| value.as_u64().ok_or_else(|| format!("{name} is no count")))
        .transpose()
}

/// A fault that hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) kind: FaultKind,
    pub(crate) seconds: u32,
    pub(crate) milliseconds: u32,
    pub(crate) status: u16,
}

/// The faults of a server, and how often each was asked about.
#[derive(Debug)]
pub(crate) struct Ordered {
    seed: u64,
    orders: Mutex<Vec<(Order, u64)>>,
}

impl Ordered {
    pub(crate) fn new(faults: Faults, seed: u64) -> Self {
        let ordered = Self {
            seed,
            orders: Mutex::default(),
        };
        ordered.replace(faults);
        ordered
    }

    /// Others instead, counted anew.
    pub(crate) fn replace(&self, faults: Faults) {
        let orders = faults.0.into_iter().map(|order| (order, 0)).collect();
        *self.orders.lock().unwrap_or_else(PoisonError::into_inner) = orders;
    }

    /// Those that hit what goes on.
    pub(crate) fn hits(&self, asked: &Occasion<'_>) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        for (number, (order, met)) in orders.iter_mut().enumerate() {
            if !order.is_about(asked) {
                continue;
            }
            let before = *met;
            *met = before.saturating_add(1);
            let Some(turn) = before.checked_sub(order.skip) else {
                continue;
            };
            let over = order.times.is_some_and(|times| turn >= times);
            if !over && self.drawn(number, turn) < order.probability {
                hits.push(Hit {
                    kind: order.kind,
                    seconds: order.seconds,
                    milliseconds: order.milliseconds,
                    status: order.status,
                });
            }
        }
        hits
    }

    /// A number from 0 up to 1, by the seed, the fault and its turn.
    fn drawn(&self, number: usize, turn: u64) -> f64 {
        let mut hash = hmac_sha256::Hash::new();
        hash.update(self.seed.to_le_bytes());
        hash.update(u64::try_from(number).unwrap_or_default().to_le_bytes());
        hash.update(turn.to_le_bytes());
        let bytes = hash.finalize();
        let drawn = bytes
            .iter()
            .take(4)
            .fold(0_u32, |sum, byte| (sum << 8_u32) | u32::from(*byte));
        f64::from(drawn) / (f64::from(u32::MAX) + 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> AccountId {
        AccountId::new("tom").unwrap()
    }

    fn hits(ordered: &Ordered, operation: &str, times: usize) -> Vec<usize> {
        let account = account();
        let call = Occasion::Call { operation, account };
        let hits = |_: usize| ordered.hits(&call).len();
        (0..times).map(hits).collect()
    }

    #[test]
    fn a_fault_hits_what_it_names_as_often_as_it_says() {
        let text = "[[fault]]\nkind = \"throttle\"\noperation = \"CancelOrderRequest\"\n\
                    skip = 1\ntimes = 2";
        let ordered = Ordered::new(Faults::read(text).unwrap(), 1);
        assert_eq!(hits(&ordered, "ListTrusteeOrder", 3), [0, 0, 0]);
        assert_eq!(hits(&ordered, "CancelOrderRequest", 5), [0, 1, 1, 0, 0]);
        assert!(ordered.hits(&Occasion::Ca).is_empty());
        assert!(ordered.hits(&Occasion::Product).is_empty());
        ordered.replace(Faults::default());
        assert_eq!(hits(&ordered, "CancelOrderRequest", 3), [0, 0, 0]);
    }

    #[test]
    fn what_a_fault_is_about_alone_is_hit() {
        for (kind, of_ca, of_products) in [("ca-twice", 1, 0), ("product-away", 0, 1)] {
            let text = format!("[[fault]]\nkind = \"{kind}\"");
            let ordered = Ordered::new(Faults::read(&text).unwrap(), 1);
            assert_eq!(hits(&ordered, "ListTrusteeOrder", 1), [0]);
            assert_eq!(ordered.hits(&Occasion::Ca).len(), of_ca);
            assert_eq!(ordered.hits(&Occasion::Product).len(), of_products);
        }
    }

    #[test]
    fn what_is_drawn_goes_by_the_seed() {
        let text = r#"{"faults": [{"kind": "throttle", "probability": 0.25}]}"#;
        let faults = Faults::read(text).unwrap();
        let of = |seed| hits(&Ordered::new(faults.clone(), seed), "A", 1_000);
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
        let hit: usize = of(1).iter().sum();
        assert!((200..300).contains(&hit), "{hit}");
    }

    #[test]
    fn what_can_not_be_read_is_named() {
        for (text, why) in [
            ("fault = 1", "a list of faults is expected"),
            ("x = 1", "\"x\" is not known here, faults are"),
            ("[[fault]]\nseconds = 1", "fault 1: it has no kind"),
            (
                "[[fault]]\nkind = \"ca-late\"",
                "fault 1: ca-late needs seconds",
            ),
            (
                "[[fault]]\nkind = \"ca-twice\"\noperation = \"A\"",
                "fault 1: ca-twice takes no operation",
            ),
            (
                "[[fault]]\nkind = \"product-away\"\naccount = \"A\"",
                "fault 1: product-away takes no account",
            ),
            (
                "[[fault]]\nkind = \"throttle\"\nprobability = 2",
                "fault 1: probability goes from 0 to 1",
            ),
            (
                "[[fault]]\nkind = \"error-after\"\nstatus = 200",
                "fault 1: status goes from 500 to 599",
            ),
        ] {
            assert_eq!(Faults::read(text).unwrap_err().to_string(), why);
        }
        assert!(Faults::read("[[fault]").is_err());
        assert!(Faults::read("{\"faults\": [").is_err());
    }
}
