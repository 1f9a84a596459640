//! What buyers do, and what they have.

use core::num::NonZeroU32;
use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use serde_json::{Map, Value, json};

use super::{Denied, Said, only, say};
use crate::model::{AccountId, Payment, Product};
use crate::server::conduct::Conductor;
use crate::server::config::{DEFAULT_ACCOUNT, product};
use crate::service::MOST_YEARS;

fn text<'a>(fields: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Denied> {
    match fields.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Denied::Misread(format!("{name} is no text"))),
    }
}

fn number(fields: &Map<String, Value>, name: &str) -> Result<Option<u64>, Denied> {
    let value = fields.get(name).map(|value| value.as_u64().ok_or(()));
    value
        .transpose()
        .map_err(|()| Denied::Misread(format!("{name} is no count")))
}

fn count(fields: &Map<String, Value>, name: &str) -> Result<Option<NonZeroU32>, Denied> {
    let Some(count) = number(fields, name)? else {
        return Ok(None);
    };
    let count = u32::try_from(count).ok().and_then(NonZeroU32::new);
    let wrong = || Denied::Misread(format!("{name} goes from 1 to {}", u32::MAX));
    count.map(Some).ok_or_else(wrong)
}

fn account(text: &str) -> Result<AccountId, Denied> {
    AccountId::new(text).map_err(|error| Denied::Misread(format!("the account: {error}")))
}

pub(super) async fn buy(conductor: &Conductor, fields: &Map<String, Value>) -> Said {
    only(
        fields,
        &["account", "product", "count", "years", "cash", "voucher"],
    )?;
    let account = account(text(fields, "account")?.unwrap_or(DEFAULT_ACCOUNT))?;
    let code = text(fields, "product")?.ok_or(Denied::Misread("product is missing".into()))?;
    let product: Product = product(code).map_err(|why| Denied::Misread(why.to_string()))?;
    let payment = Payment {
        cash: number(fields, "cash")?.unwrap_or_default(),
        voucher: number(fields, "voucher")?.unwrap_or_default(),
        ..Payment::NONE
    };
    let service = conductor.service();
    let said = match (count(fields, "count")?, count(fields, "years")?) {
        (Some(count), None) => {
            let (plan, _) = service.buy_plan(account, product, count, payment).await?;
            json!({"account": account.to_string(), "plan": plan.to_string()})
        }
        (None, Some(years)) if years.get() > MOST_YEARS => {
            return Err(Denied::Misread(format!(
                "years goes from 1 to {MOST_YEARS}"
            )));
        }
        (None, Some(years)) => {
            let bought = service.buy(account, product, years, payment).await?;
            let orders: Vec<Value> = bought
                .orders
                .iter()
                .map(|order| order.to_string().into())
                .collect();
            json!({
                "account": account.to_string(),
                "purchase": bought.purchase.to_string(),
                "orders": orders,
            })
        }
        _ => return Err(Denied::Misread("either count or years is expected".into())),
    };
    let met = conductor.world.meet(account).await;
    met.map_err(|error| Denied::Failed(error.into()))?;
    conductor.pump.drain().await;
    Ok(said)
}

/// What an account has bought, the oldest first.
pub(super) async fn ledger(conductor: &Conductor, of: &str) -> Said {
    const PAGE: usize = 100;
    let account = account(of)?;
    let service = conductor.service();
    let plans = service.plans(account, None).await?;
    let plans: Vec<Value> = plans
        .iter()
        .rev()
        .map(|own| say::plan(&own.plan.state))
        .collect();
    let (mut purchases, mut before) = (Vec::new(), None);
    loop {
        let page = service.purchases(account, before, PAGE).await?;
        before = page.last().map(|last| last.position);
        purchases.extend(page.iter().map(|own| say::purchase(&own.purchase.state)));
        if page.len() < PAGE {
            break;
        }
    }
    purchases.reverse();
    Ok(json!({"account": account.to_string(), "plans": plans, "purchases": purchases}))
}
