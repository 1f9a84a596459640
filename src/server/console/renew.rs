//! Renewing: a further slot for a certificate, paid for or taken from a plan; the old one is untouched.

use std::format;

use maud::html;

use crate::lifecycle::CommandKind;
use crate::model::OrderId;
use crate::service::Description;

use super::acts::{below, possible};
use super::certificate::{found, product, title};
use super::form::{Mistakes, ending};
use super::payment;
use super::reply::Reply;
use super::status::badge;
use super::text::Text;
use super::trouble::Trouble;
use super::visit::Visit;

/// Its place in the address.
pub(super) const PATH: &str = "renew";

pub(super) async fn ask(visit: &Visit<'_>, order: &str) -> Result<Reply, Trouble> {
    let found = found(visit, order).await?;
    possible(visit, found.instance.order(), CommandKind::Renew).await?;
    form(visit, &found, &Mistakes::default()).await
}

pub(super) async fn send(visit: &Visit<'_>, order: &str) -> Result<Reply, Trouble> {
    let caller = visit.caller()?;
    let former: OrderId = order.parse().map_err(|_| Trouble::NotFound)?;
    let mut mistakes = Mistakes::default();
    let payment = match visit.asked.field("by") {
        "plan" => Some(None),
        _ => payment::read(visit, &mut mistakes).map(Some),
    };
    let Some(payment) = payment else {
        let found = found(visit, order).await?;
        return form(visit, &found, &mistakes).await;
    };
    let slot = match visit.service().renew(caller, former, payment).await {
        Ok((slot, _)) => slot,
        Err(error) => {
            let refused = Mistakes::refused(error)?;
            let found = found(visit, order).await?;
            return form(visit, &found, &refused).await;
        }
    };
    visit.conductor.settle(visit.account(), slot, false).await;
    Ok(Reply::see(format!("{}?done={PATH}", below(slot, ""))))
}

async fn form(
    visit: &Visit<'_>,
    found: &Description,
    mistakes: &Mistakes,
) -> Result<Reply, Trouble> {
    let own = &found.instance;
    let code = own.product().code;
    let plans = visit.service().plans(visit.account(), Some(code)).await?;
    let units = plans
        .iter()
        .map(|own| u64::from(own.plan.state.remaining()));
    let units = units.fold(0_u64, u64::saturating_add);
    let by = visit.asked.or("by", "payment");
    let name = visit.say(Text::DoRenew);
    let main = html! {
        div.head { h1 { (name) } (badge(visit.words, found.status)) }
        p.lead { (title(visit, own)) " · " (product(visit, own)) }
        p.note { (visit.say(Text::RenewLead)) }
        form.form method="post" action=(below(own.order(), PATH)) {
            (mistakes.summary(visit))
            (visit.form()?)
            fieldset.panel {
                legend { (visit.say(Text::RenewBy)) }
                div.choice {
                    input #by-payment type="radio" name="by" value="payment" checked[by != "plan"];
                    label for="by-payment" { (visit.say(Text::ByPayment)) }
                }
                div.choice {
                    input #by-plan type="radio" name="by" value="plan" checked[by == "plan"];
                    label for="by-plan" { (visit.words.fill(Text::ByPlan, &[&units])) }
                }
            }
            (payment::fields(visit, mistakes))
            (ending(visit, name, &below(own.order(), "")))
        }
    };
    Ok(mistakes.page(visit, name, &main))
}
