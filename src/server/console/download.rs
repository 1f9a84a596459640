//! The certificate and its key, to be installed on servers.

use maud::{Markup, html};

use crate::lifecycle::Command;
use crate::model::{KeySource, OrderId};
use crate::pki::chain_pem;
use crate::service::{Description, ServiceError};

use super::acts::{Act, below};
use super::certificate::found;
use super::reply::Reply;
use super::session::NoRandomness;
use super::text::Text;
use super::trouble::Trouble;
use super::visit::Visit;

pub(super) fn body(visit: &Visit<'_>, found: &Description) -> Result<Markup, NoRandomness> {
    let chain = found
        .instance
        .certificate()
        .map(chain_pem)
        .unwrap_or_default();
    let action = below(found.instance.order(), Act::Download.path());
    let form = visit.form()?;
    let is_own = found
        .instance
        .application()
        .is_some_and(|own| matches!(own.submission().key(), KeySource::Own(_)));
    Ok(html! {
        section.panel aria-labelledby="pem-label" {
            label #pem-label for="pem" { (visit.say(Text::ChainPem)) }
            textarea #pem readonly rows="12" spellcheck="false" { (chain) }
            div.acts {
                form method="post" action=(action) {
                    (form)
                    input type="hidden" name="what" value="certificate";
                    button.main type="submit" { (visit.say(Text::SaveChain)) }
                }
                @if !is_own {
                    form method="post" action=(action) {
                        (form)
                        input type="hidden" name="what" value="key";
                        button type="submit" aria-describedby="key-hint" { (visit.say(Text::SaveKey)) }
                    }
                }
            }
            p.hint #key-hint { (visit.say(if is_own { Text::OwnKey } else { Text::KeyHint })) }
        }
        p { a href=(below(found.instance.order(), "")) { (visit.say(Text::BackToCertificate)) } }
    })
}

/// The file that was asked for. Whether it may be handed out is decided anew.
pub(super) async fn send(visit: &Visit<'_>, order: OrderId) -> Result<Reply, Trouble> {
    let (account, service) = (visit.account(), visit.service());
    let own = found(visit, &std::format!("{order}")).await?;
    if visit.asked.field("what") != "key" {
        service.execute(account, order, &Command::Collect).await?;
        let pem = own
            .instance
            .certificate()
            .map(chain_pem)
            .unwrap_or_default();
        return Ok(Reply::file("certificate.pem", pem));
    }
    match service.export_key(account, order).await {
        Ok(key) => Ok(Reply::file("key.pem", key.expose().into())),
        Err(ServiceError::Vault(_)) => Err(Trouble::NoKey),
        Err(error) => Err(error.into()),
    }
}
