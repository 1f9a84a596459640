//! The console: pages over the service, for people.
//!
//! They are made on the server and need no script. Everything is asked of [`Service`](crate::service::Service)
//! and of the core's questions: no rule is written here again, and a refusal is shown with its rule.
//!
//! | Under `/console/` | Page |
//! |---|---|
//! | `sign-in`, `sign-out` | with an access key and its secret |
//! | (nothing), `free`, `uploaded` | certificates, by tab, in cards or in a list |
//! | `orders`, `plans` | what was paid for |
//! | `orders/{purchase}` | one purchase: its certificates, and its refund |
//! | `plans/{plan}` | one resource plan: a slot is taken from it, and its refund |
//! | `upload` | a certificate from elsewhere, with its chain and key |
//! | `buy` | certificates and resource plans are bought |
//! | `certificates/{order}` | one certificate: its life, and what can be done with it |
//! | `certificates/{order}/apply` | the form of an application |
//! | `certificates/{order}/deploy`, `renew`, `hosting` | on a cloud product, a further slot, further years |
//! | `certificates/{order}/{act}` | what would follow, and the form that does it |
//! | `rules`, `rules/diff`, `rules/table` | the edition in force, what differs in another one, the table of transitions |
//! | `clock` | moves the manual clock |
//! | `style.css` | the stylesheet |
//!
//! `?lang=` and `?layout=` on any page are remembered in cookies. A form carries the token of its
//! session and a key under which it counts once. What belongs to another account is not found.

mod acts;
mod apply;
mod asked;
mod buy;
mod certificate;
mod chart;
mod clock;
mod conduct;
mod deploy;
mod door;
mod download;
mod filter;
mod form;
mod frame;
mod hosting;
mod ledger;
mod life;
mod list;
mod names;
mod outcome;
mod payment;
mod plan;
mod purchase;
mod renew;
mod reply;
mod revocation;
mod rules;
mod session;
mod sign_in;
mod status;
mod submission;
mod tabs;
mod text;
mod trouble;
mod upload;
mod visit;

use std::format;
use std::string::String;
use std::vec::Vec;

use http::request::Parts;
use http::{Request, Response, StatusCode};
use maud::html;
use tokio::time::Instant;

use crate::server::conduct::Conductor;
use crate::server::config::Config;
use crate::server::world::StartError;
use crate::view::label::Language;
use crate::view::layout::Tab;

use self::asked::{Asked, ROOT, SESSION, address};
use self::door::Door;
use self::reply::Reply;
use self::session::{Session, Sessions, same};
use self::sign_in::Remark;
use self::text::{Text, Words};
use self::trouble::Trouble;
use self::visit::{CSRF, Visit};

/// The console of a server.
#[derive(Debug)]
pub(crate) struct Console {
    door: Door,
    sessions: Sessions,
}

/// What stands behind the console's prefix, for paths that are its own.
pub(crate) fn route(path: &str) -> Option<&str> {
    if path == "/console" {
        return Some("");
    }
    path.strip_prefix(ROOT)
}

/// The answer to a request that was not read to its end or whose answer failed, with the status that
/// says why; a body may have `most` bytes.
pub(crate) fn unread(parts: &Parts, status: u16, most: usize) -> Response<Vec<u8>> {
    let head = Request::from_parts(parts.clone(), Vec::new());
    let asked = Asked::read("", &head);
    let words = Words(asked.map_or(Language::English, |asked| asked.language()));
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (heading, text) = if status == StatusCode::PAYLOAD_TOO_LARGE {
        let text = words.fill(Text::TooLargeText, &[&most]);
        (Text::TooLargeHeading, text)
    } else if status.is_server_error() {
        (
            Text::FailedHeading,
            String::from(words.say(Text::FailedText)),
        )
    } else {
        (Text::NothingDone, String::from(words.say(Text::UnreadText)))
    };
    plain(words, status, heading, &text).into_response()
}

fn plain(words: Words, status: StatusCode, heading: Text, text: &str) -> Reply {
    let heading = words.say(heading);
    let main = html! {
        div.head { h1 { (heading) } }
        p.note.bad role="alert" { (text) }
        p { a.button href=(address("", &[])) { (words.say(Text::ToCertificates)) } }
    };
    Reply::page(status, frame::bare(words, heading, &main))
}

/// An answer, and what the log says of it.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) response: Response<Vec<u8>>,
    /// Whose session it was, and how it ended if not well.
    pub(crate) said: String,
}

impl Console {
    pub(crate) fn new(config: &Config) -> Result<Self, StartError> {
        Ok(Self {
            door: Door::new(&config.access_keys).map_err(|_| StartError::Random)?,
            sessions: Sessions::default(),
        })
    }

    /// Answers a request; `route` is what stands behind the prefix.
    pub(crate) async fn answer(
        &self,
        conductor: &Conductor,
        route: &str,
        request: &Request<Vec<u8>>,
    ) -> Answered {
        let Some(asked) = Asked::read(route, request) else {
            let words = Words(Language::English);
            let text = words.say(Text::MethodText);
            let status = StatusCode::METHOD_NOT_ALLOWED;
            return told(plain(words, status, Text::NothingDone, text), String::new());
        };
        let id = asked.cookie(SESSION).unwrap_or_default();
        let session = self.sessions.find(id, Instant::now());
        let account = session.as_ref().map(|own| own.account);
        let whose = account.map_or_else(String::new, |account| format!(" account={account}"));
        let (reply, end) = match session {
            Some(session) => self.inside(conductor, &asked, &session).await,
            None => (self.outside(&asked), None),
        };
        let end = end.map_or_else(String::new, |word| format!(" end={word}"));
        let reply = asked
            .remembered()
            .into_iter()
            .fold(reply, Reply::with_cookie);
        told(reply, format!("{whose}{end}"))
    }

    /// What is answered to who is not signed in.
    fn outside(&self, asked: &Asked) -> Reply {
        let path: Vec<&str> = asked.path.iter().map(String::as_str).collect();
        let reply = match (asked.post, path.as_slice()) {
            (false, ["style.css"]) => Ok(Reply::style()),
            (true, ["sign-in"]) => sign_in::send(asked, &self.door, &self.sessions),
            (false, ["sign-in"]) if asked.query("done") == Some("signed-out") => {
                sign_in::show(asked, Remark::SignedOut)
            }
            (false, ["sign-in"]) => sign_in::show(asked, Remark::None),
            (false, _) if asked.cookie(SESSION).is_none() => {
                Ok(Reply::see(address("sign-in", &[])))
            }
            _ => sign_in::show(asked, Remark::SessionOver),
        };
        reply.unwrap_or_else(|_| {
            let words = Words(asked.language());
            let status = StatusCode::INTERNAL_SERVER_ERROR;
            plain(
                words,
                status,
                Text::FailedHeading,
                words.say(Text::FailedText),
            )
        })
    }

    async fn inside(
        &self,
        conductor: &Conductor,
        asked: &Asked,
        session: &Session,
    ) -> (Reply, Option<&'static str>) {
        if !asked.post && asked.path.as_slice() == ["style.css"] {
            return (Reply::style(), None);
        }
        let Ok(visit) = Visit::new(conductor, asked, session) else {
            let words = Words(asked.language());
            let (status, text) = (StatusCode::CONFLICT, words.say(Text::RulesMissing));
            return (plain(words, status, Text::NothingDone, text), Some("rules"));
        };
        match self.routed(&visit).await {
            Ok(reply) => (reply, None),
            Err(trouble) => (trouble.reply(&visit), Some(trouble.word())),
        }
    }

    async fn routed(&self, visit: &Visit<'_>) -> Result<Reply, Trouble> {
        let asked = visit.asked;
        if asked.post && (asked.foreign || !same(&visit.session.csrf, asked.field(CSRF))) {
            return Err(Trouble::FormOver);
        }
        let path: Vec<&str> = asked.path.iter().map(String::as_str).collect();
        match (asked.post, path.as_slice()) {
            (false, [""]) => list::show(visit, Tab::Paid).await,
            (false, ["free"]) => list::show(visit, Tab::Free).await,
            (false, ["uploaded"]) => list::show(visit, Tab::Uploaded).await,
            (false, ["orders"]) => ledger::orders(visit).await,
            (false, ["orders", id]) => purchase::show(visit, id).await,
            (false, ["plans"]) => ledger::plans(visit).await,
            (false, ["plans", id]) => plan::show(visit, id).await,
            (true, ["plans", id]) => plan::send(visit, id).await,
            (true, ["plans", id, plan::DRAW]) => plan::draw(visit, id).await,
            (false, ["buy"]) => buy::show(visit),
            (true, ["buy"]) => buy::send(visit).await,
            (false, [upload::PATH]) => upload::show(visit),
            (true, [upload::PATH]) => upload::send(visit).await,
            (false, ["certificates", order]) => certificate::show(visit, order).await,
            (false, ["certificates", order, apply::PATH]) => apply::ask(visit, order).await,
            (true, ["certificates", order, apply::PATH]) => apply::send(visit, order).await,
            (false, ["certificates", order, deploy::PATH]) => deploy::ask(visit, order).await,
            (true, ["certificates", order, path @ (deploy::PATH | deploy::OFF)]) => {
                deploy::send(visit, order, path).await
            }
            (false, ["certificates", order, renew::PATH]) => renew::ask(visit, order).await,
            (true, ["certificates", order, renew::PATH]) => renew::send(visit, order).await,
            (false, ["certificates", order, hosting::PATH]) => hosting::ask(visit, order).await,
            (true, ["certificates", order, hosting::PATH]) => hosting::send(visit, order).await,
            (false, ["certificates", order, act]) => acts::ask(visit, order, act).await,
            (true, ["certificates", order, act]) => acts::send(visit, order, act).await,
            (false, ["rules"]) => rules::show(visit),
            (false, ["rules", "diff"]) => rules::differences(visit).await,
            (false, ["rules", "table"]) => rules::transitions(visit),
            (false, ["rules", "diagram.svg"]) => rules::diagram(visit),
            (true, ["clock"]) => clock::send(visit).await,
            (false, ["sign-in" | "sign-out" | "clock"]) => Ok(Reply::see(address("", &[]))),
            (true, ["sign-out"]) => {
                self.sessions.end(asked.cookie(SESSION).unwrap_or_default());
                Ok(sign_in::signed_out())
            }
            _ => Err(Trouble::NotFound),
        }
    }
}

fn told(reply: Reply, said: String) -> Answered {
    Answered {
        response: reply.into_response(),
        said,
    }
}
