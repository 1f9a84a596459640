//! The list of orders and certificates.

use alloc::string::String;
use alloc::vec::Vec;

use super::counts::whole;
use super::row::{certificate_row, order_row};
use super::sight::Sight;
use super::{Desk, Done};
use crate::model::{AccountId, OrderId, Origin, Status};
use crate::port::{Filter, Listed, Stage, StoreError};
use crate::service::ServiceError;
use crate::view::Reading;
use crate::view::wire::{OrderType, Seen, Term, WireField};
use crate::wire::{Fault, Parameters, Tree};

/// How many rows are shown where nobody says how many (SDK); and the most.
const USUAL: u64 = 50;
const MOST: u64 = 500;

/// How many instances are read from the store at a time.
pub(super) const STEP: usize = 200;

/// What is listed.
struct Wanted {
    of: OrderType,
    status: Option<Reading>,
    /// In lower case.
    keyword: Option<String>,
    /// Whether the account has bought anything but plans.
    has_purchases: bool,
}

/// The stages of what was bought or drawn and has not ended: an uploaded certificate has none of them.
pub(crate) const ALIVE: [Stage; 8] = [
    Stage::NotActivated,
    Stage::Bought,
    Stage::Verifying,
    Stage::Validating,
    Stage::Failed,
    Stage::Pending,
    Stage::Live,
    Stage::Revoked,
];

/// Whether what is stored of an instance's life says that it is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Listed,
    NotListed,
    /// It depends on more than that.
    Open,
}

impl Wanted {
    /// The stages in which an instance may be listed.
    fn stages(&self) -> Vec<Stage> {
        let all: &[Stage] = match self.of {
            OrderType::Upload => &[Stage::Uploaded],
            OrderType::Cert => &[Stage::Live, Stage::Uploaded],
            OrderType::Cpack | OrderType::Buy => &ALIVE,
        };
        let may_be = |stage: &&Stage| {
            let shown = shown_in(**stage);
            self.status
                .is_none_or(|status| shown.iter().any(|shown| status.may_be(*shown)))
        };
        all.iter().filter(may_be).copied().collect()
    }

    /// Whether a name holds the keyword, or the instance's id does.
    fn is_named(&self, row: &Listed) -> bool {
        let Some(keyword) = &self.keyword else {
            return true;
        };
        let holds = |text: &str| text.to_lowercase().contains(keyword);
        let entry = &row.entry;
        holds(entry.instance.as_str()) || entry.names.iter().any(|name| holds(name.as_str()))
    }

    fn has(&self, sight: &Sight) -> bool {
        let seen = sight.seen();
        let of_type = match self.of {
            OrderType::Cpack => matches!(sight.instance.origin(), Origin::Plan(_)),
            OrderType::Buy => matches!(sight.instance.origin(), Origin::Purchase(_)),
            OrderType::Upload => seen.uploaded,
            OrderType::Cert => sight.instance.certificate().is_some(),
        };
        of_type && self.takes(seen)
    }

    /// Whether its status is one of those that are listed.
    fn takes(&self, seen: Seen) -> bool {
        let written = WireField::OrderStatus.write(seen).value.is_some();
        let as_asked = match self.status {
            None => self.of.lists(seen),
            Some(status) => status.may_be(seen.shown()),
        };
        written && as_asked
    }

    /// Whether instances in a stage are listed, as far as the stage tells. What was bought by itself is
    /// paid back with its purchase and may be in a chain, so there it does not.
    fn tells(&self, stage: Stage) -> Told {
        if self.has_purchases {
            return Told::Open;
        }
        if self.of == OrderType::Buy {
            return Told::NotListed;
        }
        let listed = |status: &Status| {
            self.takes(Seen {
                status: *status,
                uploaded: stage == Stage::Uploaded,
                hosted: false,
                term: Term::Running,
            })
        };
        let shown = shown_in(stage);
        match shown.iter().filter(|status| listed(status)).count() {
            0 => Told::NotListed,
            all if all == shown.len() => Told::Listed,
            _ => Told::Open,
        }
    }
}

/// What an owner may see of an instance in a stage.
const fn shown_in(stage: Stage) -> &'static [Status] {
    match stage {
        Stage::NotActivated => &[Status::NotActivated],
        Stage::Bought | Stage::Pending => &[Status::PendingApplication],
        Stage::Verifying => &[Status::DomainVerification],
        Stage::Validating => &[Status::Validating],
        Stage::Failed => &[Status::ValidationFailed],
        Stage::Live | Stage::Uploaded => &[
            Status::Issued,
            Status::Hosted,
            Status::PendingExpiration,
            Status::Expired,
            Status::RevocationToConfirm,
            Status::ValidatingRevocation,
        ],
        Stage::Revoked => &[Status::Revoked],
        Stage::Ended | Stage::Deleted => &[],
    }
}

impl Desk {
    /// `ListUserCertificateOrder`, the newest first. What `OrderType` says orders and certificates are is
    /// what the SDK says: orders by units of plans, or bought by themselves.
    ///
    /// Where the stage of each instance tells whether it is listed, only the rows of the page are loaded.
    /// That is so for accounts that bought plans alone, unless certificates that are valid, expired or
    /// about to expire are told apart: then those are loaded, one after the other. One that can't be read
    /// is left out; in the total it counts where nobody had to read it.
    pub(super) async fn list(
        &self,
        account: AccountId,
        parameters: &Parameters,
    ) -> Result<Done, Fault> {
        let of = OrderType::read(parameters.text("OrderType").unwrap_or_default());
        let of = of
            .ok_or_else(|| Fault::invalid("OrderType", "CPACK, BUY, UPLOAD or CERT is expected"))?;
        let status = match parameters.text("Status") {
            None => None,
            Some(word) if of.takes(word) => Some(WireField::OrderStatus.filter(word)),
            Some(_) => {
                let why = "it is no status of what OrderType lists";
                return Err(Fault::invalid("Status", why));
            }
        };
        let page = parameters
            .number("CurrentPage", 1..=u64::from(u32::MAX))?
            .unwrap_or(1);
        let size = parameters.number("ShowSize", 1..=MOST)?.unwrap_or(USUAL);
        let store = &self.service.ports().store;
        let bought = store.purchases(account, None, 1).await;
        let bought = bought.map_err(|error| Fault::of(&error.into()))?;
        let wanted = Wanted {
            of,
            status,
            keyword: parameters.text("Keyword").map(str::to_lowercase),
            has_purchases: !bought.is_empty(),
        };
        let first = page.saturating_sub(1).saturating_mul(size);
        let shown = first..first.saturating_add(size);
        let mut stages = wanted.stages();
        stages.retain(|stage| wanted.tells(*stage) != Told::NotListed);
        let filter = Filter {
            stages,
            ..Filter::default()
        };
        let listed = |stage: &Stage| wanted.tells(*stage) == Told::Listed;
        let counts = wanted.keyword.is_none() && filter.stages.iter().all(listed);
        let none = filter.stages.is_empty();

        let (mut total, mut rows, mut before) = (0_u64, Vec::new(), None);
        while !(none || counts && total >= shown.end) {
            let listed = store.list(account, filter.clone(), before, STEP).await;
            let listed = listed.map_err(|error| Fault::of(&error.into()))?;
            let Some(last) = listed.last() else { break };
            before = Some(last.position);
            for row in listed.iter().filter(|row| wanted.is_named(row)) {
                let told = wanted.tells(row.entry.stage) == Told::Listed;
                let on_page = shown.contains(&total);
                if on_page || !told {
                    let sight = self.readable(account, row.entry.order).await?;
                    let sight = sight.filter(|sight| wanted.has(sight));
                    if sight.is_none() && !told {
                        continue;
                    }
                    rows.extend(sight.filter(|_| on_page).map(|sight| as_row(of, &sight)));
                }
                total = total.saturating_add(1);
            }
        }
        if counts && !none {
            let counted = store.count(account, filter).await;
            total = counted.map_err(|error| Fault::of(&error.into()))?;
        }
        Ok(Done::with(Vec::from([
            ("CurrentPage", whole(page)),
            ("ShowSize", whole(size)),
            ("TotalCount", whole(total)),
            ("CertificateOrderList", Tree::List("CertificateOrder", rows)),
        ])))
    }

    /// An order, if it is there and can be read.
    pub(super) async fn readable(
        &self,
        account: AccountId,
        order: OrderId,
    ) -> Result<Option<Sight>, Fault> {
        match self.look(account, order).await {
            Ok(sight) => Ok(sight),
            Err(ServiceError::Store(StoreError::Corrupt(_))) => Ok(None),
            Err(error) => Err(Fault::of(&error)),
        }
    }
}

fn as_row(of: OrderType, sight: &Sight) -> Tree {
    match (of, sight.instance.certificate()) {
        (OrderType::Upload | OrderType::Cert, Some(certificate)) => {
            certificate_row(sight, certificate)
        }
        (OrderType::Upload | OrderType::Cert, None) | (OrderType::Cpack | OrderType::Buy, _) => {
            order_row(sight)
        }
    }
}
