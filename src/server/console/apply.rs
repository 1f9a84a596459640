//! Applying with a slot, for the first time or again, and what proves the domain.

use maud::{Markup, html};

use crate::lifecycle::CommandKind;
use crate::model::{Application, Challenge, OrderId};
use crate::service::Description;

use super::acts::{below, possible};
use super::certificate::{found, title};
use super::form::{Mistakes, ending};
use super::reply::Reply;
use super::status::badge;
use super::submission;
use super::text::Text;
use super::trouble::Trouble;
use super::visit::Visit;

/// Its place in the address.
pub(super) const PATH: &str = "apply";

pub(super) async fn ask(visit: &Visit<'_>, order: &str) -> Result<Reply, Trouble> {
    let found = found(visit, order).await?;
    let order = found.instance.order();
    possible(visit, order, CommandKind::Apply).await?;
    form(visit, &found, &Mistakes::default())
}

pub(super) async fn send(visit: &Visit<'_>, order: &str) -> Result<Reply, Trouble> {
    let caller = visit.caller()?;
    let slot: OrderId = order.parse().map_err(|_| Trouble::NotFound)?;
    let mut mistakes = Mistakes::default();
    if let Some(submission) = submission::read(visit, &mut mistakes) {
        let (account, service) = (visit.account(), visit.service());
        visit.conductor.take_up(account, slot).await;
        let begun = match service.apply(caller, slot, submission).await {
            Ok((begun, _)) => begun,
            Err(error) => {
                let refused = Mistakes::refused(error)?;
                let found = found(visit, order).await?;
                return form(visit, &found, &refused);
            }
        };
        visit.conductor.settle(account, begun, true).await;
        return Ok(Reply::see(std::format!("{}?done={PATH}", below(begun, ""))));
    }
    let found = found(visit, order).await?;
    form(visit, &found, &mistakes)
}

fn form(visit: &Visit<'_>, found: &Description, mistakes: &Mistakes) -> Result<Reply, Trouble> {
    let own = &found.instance;
    let name = visit.say(Text::DoApply);
    let main = html! {
        div.head { h1 { (name) } (badge(visit.words, found.status)) }
        p.lead { (title(visit, own)) " · " (own.product().code) }
        form.form method="post" action=(below(own.order(), PATH)) {
            (mistakes.summary(visit))
            (visit.form()?)
            (submission::fields(visit, own.product().class, own, mistakes))
            (ending(visit, name, &below(own.order(), "")))
        }
    };
    Ok(mistakes.page(visit, name, &main))
}

/// What is to be published, in fields from which it is copied.
pub(super) fn challenge(visit: &Visit<'_>, application: Option<&Application>) -> Markup {
    let field = |id: &str, label: Text, value: &str| {
        html! {
            div.field {
                label for=(id) { (visit.say(label)) }
                input id=(id) type="text" readonly value=(value) class="code";
            }
        }
    };
    html! {
        @if let Some(challenge) = application.and_then(Application::challenge) {
            section.panel aria-labelledby="challenge" {
                h2 #challenge { (visit.say(Text::ChallengeHeading)) }
                p.hint { (visit.say(Text::ChallengeHint)) }
                @match challenge {
                    Challenge::Dns { record_domain, record_type, value } => {
                        (field("record-name", Text::RecordName, record_domain))
                        (field("record-type", Text::RecordType, record_type.word()))
                        (field("record-value", Text::RecordValue, value))
                    }
                    Challenge::File { domain, uri, content } => {
                        (field("file-domain", Text::DomainName, domain))
                        (field("file-uri", Text::FilePath, uri))
                        (field("file-content", Text::FileContent, content))
                    }
                }
            }
        }
    }
}
