//! The list of orders and certificates.

use alloc::vec::Vec;

use super::counts::whole;
use super::row::{certificate_row, order_row};
use super::sight::Sight;
use super::{Desk, Done};
use crate::model::{AccountId, OrderId, Origin, Status};
use crate::port::{Filter, Listed, Stage, StoreError};
use crate::service::ServiceError;
use crate::view::Reading;
use crate::view::wire::{OrderType, WireField};
use crate::wire::{Fault, Parameters, Tree};

/// How many rows are shown where nobody says how many (SDK); and the most.
const USUAL: u64 = 50;
const MOST: u64 = 500;

/// How many instances are read from the store at a time.
pub(super) const STEP: usize = 200;

/// What is listed.
struct Wanted<'a> {
    of: OrderType,
    status: Option<Reading>,
    keyword: Option<&'a str>,
}

impl Wanted<'_> {
    /// The stages in which an instance may be listed.
    fn stages(&self) -> Vec<Stage> {
        let all: &[Stage] = match self.of {
            OrderType::Upload => &[Stage::Uploaded],
            OrderType::Cert => &[Stage::Live, Stage::Uploaded],
            OrderType::Cpack | OrderType::Buy => &[
                Stage::NotActivated,
                Stage::Bought,
                Stage::Verifying,
                Stage::Validating,
                Stage::Failed,
                Stage::Pending,
                Stage::Live,
                Stage::Revoked,
            ],
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
        let Some(keyword) = self.keyword else {
            return true;
        };
        let keyword = keyword.to_lowercase();
        let holds = |text: &str| text.to_lowercase().contains(&keyword);
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
        let written = WireField::OrderStatus.write(seen).value.is_some();
        let as_asked = match self.status {
            None => self.of.lists(seen),
            Some(status) => status.may_be(seen.shown()),
        };
        of_type && written && as_asked
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
    /// It walks through the account's instances in the stages that may be listed: what the total is, only
    /// the status of each tells. One that can't be read is left out.
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
        let wanted = Wanted {
            of,
            status,
            keyword: parameters.text("Keyword"),
        };
        let first = page.saturating_sub(1).saturating_mul(size);
        let shown = first..first.saturating_add(size);

        let (mut total, mut rows) = (0_u64, Vec::new());
        let (mut before, stages) = (None, wanted.stages());
        while !stages.is_empty() {
            let filter = Filter {
                stages: stages.clone(),
                ..Filter::default()
            };
            let listed = (self.service.ports().store).list(account, filter, before, STEP);
            let listed = listed.await.map_err(|error| Fault::of(&error.into()))?;
            let Some(last) = listed.last() else { break };
            before = Some(last.position);
            for row in listed.iter().filter(|row| wanted.is_named(row)) {
                let sight = self.readable(account, row.entry.order).await?;
                let Some(sight) = sight.filter(|sight| wanted.has(sight)) else {
                    continue;
                };
                if shown.contains(&total) {
                    rows.push(as_row(of, &sight));
                }
                total = total.saturating_add(1);
            }
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
