//! A certificate from elsewhere is put under management, with its chain and its key (S1).

use std::format;
use std::sync::Arc;

use maud::{Markup, html};

use crate::lifecycle::Why;
use crate::model::{IssuedCertificate, Note};
use crate::pki::{Limits, PrivateKey, issued_certificate, matches_key, parse_private_key};
use crate::port::KeyVaultError;
use crate::service::ServiceError;
use crate::view::layout::Tab;
use crate::wire::why_no_chain;

use super::acts::below;
use super::asked::address;
use super::form::{Line, Mistakes, ending};
use super::reply::Reply;
use super::tabs::Section;
use super::text::Text;
use super::trouble::Trouble;
use super::visit::Visit;

/// Its place in the address.
pub(super) const PATH: &str = "upload";

/// How many characters a chain in PEM may have in the form; a request is bounded as well.
const LONGEST: u32 = 65_536;

pub(super) fn show(visit: &Visit<'_>) -> Result<Reply, Trouble> {
    form(visit, &Mistakes::default())
}

/// What was handed in, if it can be read.
struct Handed {
    name: Note,
    certificate: IssuedCertificate,
    key: PrivateKey,
}

fn read(visit: &Visit<'_>, mistakes: &mut Mistakes) -> Option<Handed> {
    let (asked, words, limits) = (visit.asked, visit.words, Limits::default());
    let name = Note::new(asked.field("name"));
    let name = name.map_err(|error| mistakes.add("name", format!("{error}")));
    let certificate = issued_certificate(asked.field("chain").as_bytes(), &limits);
    let certificate = certificate.map_err(|error| {
        mistakes.add(
            "chain",
            words.fill(Text::NotAChain, &[&why_no_chain(&error)]),
        );
    });
    let key = parse_private_key(asked.field("private-key").as_bytes(), &limits);
    let key = key
        .map_err(|error| mistakes.add("private-key", words.fill(Text::NotAPrivateKey, &[&error])));
    let (name, certificate, key) = (name.ok()?, certificate.ok()?, key.ok()?);
    if matches_key(&certificate, &key).is_err() {
        mistakes.add("private-key", visit.say(Text::OtherKey));
        return None;
    }
    Some(Handed {
        name,
        certificate,
        key,
    })
}

pub(super) async fn send(visit: &Visit<'_>) -> Result<Reply, Trouble> {
    let caller = visit.caller()?;
    let product = visit.conductor.uploads_as().ok_or(Trouble::NotFound)?;
    let mut mistakes = Mistakes::default();
    let Some(handed) = read(visit, &mut mistakes) else {
        return form(visit, &mistakes);
    };
    let certificate = Arc::new(handed.certificate);
    let service = visit.service();
    let uploaded = service
        .upload_with_key(caller, product, handed.name, certificate, &handed.key)
        .await;
    match uploaded {
        Ok((order, _)) => Ok(Reply::see(format!("{}?done={PATH}", below(order, "")))),
        // What is wrong with one of the fields is told there.
        Err(ServiceError::Refused(refusal))
            if matches!(refusal.why(), Why::UploadName | Why::NameTaken) =>
        {
            mistakes.add("name", format!("{refusal}"));
            form(visit, &mistakes)
        }
        Err(ServiceError::Vault(KeyVaultError::NotTaken)) => {
            mistakes.add("private-key", visit.say(Text::KeyNotTaken));
            form(visit, &mistakes)
        }
        Err(error) => Err(error.into()),
    }
}

fn form(visit: &Visit<'_>, mistakes: &Mistakes) -> Result<Reply, Trouble> {
    let heading = visit.say(Text::UploadHeading);
    let name = visit.asked.or("name", "");
    let edition = visit.service().rules().in_force(visit.now)?;
    let allowed = edition.upload_name().value;
    let chain = visit.asked.or("chain", "");
    let main = html! {
        div.head { h1 { (heading) } }
        p.lead { (visit.say(Text::UploadLead)) }
        form.form method="post" action=(address(PATH, &[])) {
            (mistakes.summary(visit))
            (visit.form()?)
            div.panel {
                (Line::text("name", Text::UploadName, &name)
                    .with_hint(Text::UploadNameHint)
                    .show(visit, mistakes))
                p.hint { (visit.words.fill(Text::UploadNameForm, &[&allowed])) }
                (pem(visit, mistakes, ("chain", Text::ChainPem, Text::ChainHint), &chain))
                // A key is never sent back.
                (pem(visit, mistakes, ("private-key", Text::PrivateKeyPem, Text::PrivateKeyHint), ""))
            }
            (ending(visit, visit.say(Text::DoUpload), &address(Section::Tab(Tab::Uploaded).path(), &[])))
        }
    };
    Ok(mistakes.page(visit, heading, &main))
}

fn pem(
    visit: &Visit<'_>,
    mistakes: &Mistakes,
    (name, label, hint): (&'static str, Text, Text),
    value: &str,
) -> Markup {
    html! {
        div.field {
            label for=(name) { (visit.say(label)) }
            textarea id=(name) name=(name) rows="8" spellcheck="false" autocomplete="off"
                maxlength=(LONGEST)
                aria-invalid=[mistakes.invalid(name)]
                aria-describedby=[mistakes.describe(name, true)] {
                // A line break right behind the tag is not part of the text.
                "\n" (value)
            }
            p.hint id={ (name) "-hint" } { (visit.say(hint)) }
            (mistakes.below(name))
        }
    }
}
