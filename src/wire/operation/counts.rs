//! How plans are used.

use alloc::collections::BTreeSet;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::applying::no_plan;
use super::chain::json;
use super::listing::{ALIVE, STEP};
use super::orders::text;
use super::row::{certificate_type, domain_type};
use super::{Desk, Done};
use crate::model::{AccountId, ProductCode, ResourcePlan};
use crate::port::{Filter, Stage};
use crate::wire::{Fault, Parameters, Tree};

/// Units of several plans together.
#[derive(Clone, Copy, Default)]
struct Units {
    total: u64,
    used: u64,
    remaining: u64,
    issued: u64,
}

impl Units {
    fn of<'p>(plans: impl Iterator<Item = &'p ResourcePlan>) -> Self {
        plans.fold(Self::default(), |sum, plan| Self {
            total: sum.total.saturating_add(plan.total().into()),
            used: sum.used.saturating_add(plan.used().into()),
            remaining: sum.remaining.saturating_add(plan.remaining().into()),
            issued: sum.issued.saturating_add(plan.issued()),
        })
    }

    fn fields(self) -> Vec<(&'static str, Tree)> {
        Vec::from([
            ("TotalCount", whole(self.total)),
            ("UsedCount", whole(self.used)),
            ("RemainCount", whole(self.remaining)),
        ])
    }
}

/// A count of an answer.
pub(super) fn whole(count: u64) -> Tree {
    Tree::Number(i64::try_from(count).unwrap_or(i64::MAX))
}

impl Desk {
    /// `DescribePackageState`: what the account bought of a product and has left of it. Where nothing was
    /// bought there is no plan; zeros would say that there is one.
    pub(super) async fn package_state(
        &self,
        account: AccountId,
        parameters: &Parameters,
    ) -> Result<Done, Fault> {
        let product = self.product(parameters)?;
        let plans = self.plans(account, Some(product)).await?;
        if plans.is_empty() {
            return Err(no_plan());
        }
        let units = Units::of(plans.iter());
        Ok(Done::with(Vec::from([
            ("ProductCode", text(product)),
            ("TotalCount", whole(units.total)),
            ("UsedCount", whole(units.used)),
            ("IssuedCount", whole(units.issued)),
        ])))
    }

    /// `GetCertificatePackageCount`: the counts are texts that hold JSON. The page prints some of them in a
    /// form that is none, which nothing reads. Counts of messages and of gateways are left out: there are
    /// none here.
    pub(super) async fn package_counts(&self, account: AccountId) -> Result<Done, Fault> {
        let plans = self.plans(account, None).await?;
        let mut codes: Vec<ProductCode> = Vec::new();
        for plan in &plans {
            if !codes.contains(&plan.product().code) {
                codes.push(plan.product().code);
            }
        }
        let products = codes.iter().map(|code| {
            let own: Vec<&ResourcePlan> = (plans.iter())
                .filter(|plan| plan.product().code == *code)
                .collect();
            let product = own.first().map(|plan| plan.product());
            let mut fields = Vec::from([("ProductCode", text(code))]);
            if let Some(product) = product {
                fields.push(("CertType", text(certificate_type(product))));
                fields.push(("DomainType", text(domain_type(product, &[]))));
            }
            fields.extend(Units::of(own.into_iter()).fields());
            Tree::Fields(fields)
        });
        let products = Tree::List("Product", products.collect());
        let total = Units::of(plans.iter()).fields();
        let hosting = self.hosting_units(account).await?.fields();
        Ok(Done::with(Vec::from([
            ("ProductCountList", Tree::Text(json(&products))),
            ("TotalCountDetail", Tree::Text(json(&Tree::Fields(total)))),
            (
                "TrusteeCountDetail",
                Tree::Text(json(&Tree::Fields(hosting))),
            ),
        ])))
    }

    /// Members of hosting chains behind the first: all, those whose turn came, and those that wait.
    ///
    /// Chains are bought, so only what is of a product that was bought by itself is loaded, and of a chain
    /// one member.
    async fn hosting_units(&self, account: AccountId) -> Result<Units, Fault> {
        let mut units = Units::default();
        let (mut first, mut behind) = (BTreeSet::new(), BTreeSet::new());
        for product in self.products_bought(account).await? {
            let filter = Filter {
                stages: ALIVE.into(),
                product: Some(product),
                ..Filter::default()
            };
            let mut before = None;
            loop {
                let store = &self.service.ports().store;
                let rows = store.list(account, filter.clone(), before, STEP).await;
                let rows = rows.map_err(|error| Fault::of(&error.into()))?;
                let Some(last) = rows.last() else { break };
                before = Some(last.position);
                for row in rows {
                    let id = row.entry.instance;
                    if !first.contains(&id) && !behind.contains(&id) {
                        let Some(sight) = self.readable(account, row.entry.order).await? else {
                            continue;
                        };
                        let chain = sight.loaded.chain.as_ref();
                        let members = chain.map_or(&[][..], |chain| chain.state.members());
                        let mut members = members.iter().map(|member| member.instance);
                        first.extend(members.next());
                        behind.extend(members);
                    }
                    if !behind.contains(&id) {
                        continue;
                    }
                    units.total = units.total.saturating_add(1);
                    if row.entry.stage == Stage::NotActivated {
                        units.remaining = units.remaining.saturating_add(1);
                    } else {
                        units.used = units.used.saturating_add(1);
                    }
                }
            }
        }
        Ok(units)
    }

    /// The products of the account's purchases, each once.
    async fn products_bought(&self, account: AccountId) -> Result<BTreeSet<ProductCode>, Fault> {
        let (mut products, mut before) = (BTreeSet::new(), None);
        loop {
            let store = &self.service.ports().store;
            let page = store.purchases(account, before, STEP).await;
            let page = page.map_err(|error| Fault::of(&error.into()))?;
            let Some(last) = page.last() else {
                return Ok(products);
            };
            before = Some(last.position);
            let codes = page.iter().map(|own| own.purchase.state.product().code);
            products.extend(codes);
        }
    }
}

/// A name or a number of an answer as its text.
pub(super) fn shown(value: &impl ToString) -> Tree {
    Tree::Text(value.to_string())
}
