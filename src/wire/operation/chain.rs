//! The hosting chain of an order.

use alloc::string::String;
use alloc::vec::Vec;

use super::counts::whole;
use super::listing::STEP;
use super::orders::text;
use super::row::{certificate_type, domain_type, names_of, number, source_type};
use super::sight::Sight;
use super::{Desk, Done};
use crate::model::{AccountId, InstanceId, OrderId};
use crate::port::Filter;
use crate::view::wire::WireField;
use crate::wire::{Fault, Parameters, Tree};

/// How many members are told at once where nobody says how many; and the most.
const USUAL: u64 = 20;
const MOST: u64 = 100;

/// A value as JSON, for the fields that hold a text of it.
pub(super) fn json(value: &Tree) -> String {
    value.to_json()
}

impl Desk {
    /// `ListTrusteeOrder`: the members of the order's chain, in the order in which they serve; none for an
    /// order without a chain. Certificates have the numbers of their orders.
    pub(super) async fn chain(
        &self,
        account: AccountId,
        parameters: &Parameters,
    ) -> Result<Done, Fault> {
        let name = if parameters.text("OrderId").is_some() {
            "OrderId"
        } else {
            "CertificateId"
        };
        if parameters.text(name).is_none() {
            return Err(parameters.missing("OrderId"));
        }
        let order = parameters.id(name)?;
        if parameters.text("CertificateId").is_some() && parameters.id("CertificateId")? != order {
            let why = "it is another number than OrderId, and one order is asked about";
            return Err(Fault::invalid("CertificateId", why));
        }
        let most = parameters.number("MaxResults", 1..=MOST)?.unwrap_or(USUAL);
        let from = parameters.number("NextToken", 0..=u64::from(u32::MAX))?;
        let from = from.unwrap_or(0);

        let sight = self.found(account, order).await?;
        let chain = sight.loaded.chain.as_ref();
        let members = chain.map_or(&[][..], |chain| chain.state.members());
        let members: Vec<InstanceId> = members.iter().map(|member| member.instance).collect();
        let orders = self.orders_of(account, &members).await?;
        let (total, mut shown) = (orders.len(), Vec::new());
        let skip = usize::try_from(from).unwrap_or(usize::MAX);
        let take = usize::try_from(most).unwrap_or(usize::MAX);
        for order in orders.into_iter().skip(skip).take(take) {
            if let Some(sight) = self.readable(account, order).await? {
                shown.push(member(&sight));
            }
        }
        let total = u64::try_from(total).unwrap_or(u64::MAX);
        let next = from.saturating_add(most);
        let mut fields = Vec::from([
            ("MaxResults", whole(most)),
            ("TotalCount", whole(total)),
            (
                "TrusteeOrderList",
                Tree::Text(json(&Tree::List("Order", shown))),
            ),
        ]);
        if next < total {
            fields.push(("NextToken", super::counts::shown(&next)));
        }
        Ok(Done {
            order: Some(order),
            ..Done::with(fields)
        })
    }

    /// The orders of instances, in the order of the instances; those of deleted ones are left out.
    async fn orders_of(
        &self,
        account: AccountId,
        members: &[InstanceId],
    ) -> Result<Vec<OrderId>, Fault> {
        let mut found: Vec<(usize, OrderId)> = Vec::new();
        let mut before = None;
        while found.len() < members.len() {
            let (store, filter) = (&self.service.ports().store, Filter::default());
            let rows = store.list(account, filter, before, STEP).await;
            let rows = rows.map_err(|error| Fault::of(&error.into()))?;
            let Some(last) = rows.last() else { break };
            before = Some(last.position);
            found.extend(rows.iter().filter_map(|row| {
                let place = members.iter().position(|id| *id == row.entry.instance)?;
                Some((place, row.entry.order))
            }));
        }
        found.sort_unstable();
        Ok(found.into_iter().map(|(_, order)| order).collect())
    }
}

/// A member as the list tells it. `Status` is the word of the list of orders, for a member that waits
/// has no other.
fn member(sight: &Sight) -> Tree {
    let (instance, seen) = (&sight.instance, sight.seen());
    let product = instance.product();
    let names = names_of(instance);
    let mut fields = Vec::from([
        ("OrderId", number(instance.order())),
        ("InstanceId", text(instance.id())),
        ("ProductCode", text(product.code)),
        ("CertType", text(certificate_type(product))),
        ("DomainType", text(domain_type(product, names))),
        ("IsFree", Tree::Flag(product.free)),
    ]);
    fields.extend(source_type(instance).map(|word| ("SourceType", text(word))));
    fields.extend(
        instance
            .certificate()
            .map(|_| ("CertificateId", number(instance.order()))),
    );
    let words = [
        ("Status", WireField::OrderStatus),
        ("TrusteeStatus", WireField::TrusteeStatus),
        ("StatusCode", WireField::DeploymentStatus),
    ];
    for (name, field) in words {
        fields.extend(field.write(seen).value.map(|word| (name, text(word))));
    }
    Tree::Fields(fields)
}
