//! Signing in and out.

use std::string::String;

use http::StatusCode;
use maud::html;
use tokio::time::Instant;
use zeroize::Zeroizing;

use super::asked::{Asked, ROOT, SESSION, SIGN_IN, address};
use super::door::{Door, Entry};
use super::frame::outside;
use super::reply::Reply;
use super::session::{NoRandomness, Sessions, same, token};
use super::text::{Text, Words};
use super::visit::CSRF;

/// What is said above the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remark {
    None,
    SignedOut,
    /// There was a session, or there may have been one.
    SessionOver,
    Wrong,
    TooOften(u64),
    /// The form is not the one that this browser was given.
    FormOver,
}

impl Remark {
    const fn status(self) -> StatusCode {
        match self {
            Self::None | Self::SignedOut => StatusCode::OK,
            Self::SessionOver | Self::Wrong => StatusCode::UNAUTHORIZED,
            Self::TooOften(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::FormOver => StatusCode::FORBIDDEN,
        }
    }
}

/// The form. It carries a token that a cookie of this browser has as well, so that no other site can
/// sign a browser in.
pub(super) fn show(asked: &Asked, remark: Remark) -> Result<Reply, NoRandomness> {
    let words = Words(asked.language());
    let token = token()?;
    let said = match remark {
        Remark::None => None,
        Remark::SignedOut => Some(String::from(words.say(Text::SignedOut))),
        Remark::SessionOver => Some(String::from(words.say(Text::SessionOver))),
        Remark::Wrong => Some(String::from(words.say(Text::WrongKey))),
        Remark::TooOften(seconds) => Some(words.fill(Text::TooOften, &[&seconds])),
        Remark::FormOver => Some(String::from(words.say(Text::FormOver))),
    };
    let is_bad = matches!(
        remark,
        Remark::Wrong | Remark::TooOften(_) | Remark::FormOver
    );
    let (tone, role) = if is_bad {
        ("bad", "alert")
    } else {
        ("quiet", "status")
    };
    let main = html! {
        div.narrow {
            h1 { (words.say(Text::SignIn)) }
            p.lead { (words.say(Text::SignInHint)) }
            @if let Some(said) = said {
                p class={ "note " (tone) } role=(role) #said { (said) }
            }
            form.panel method="post" action=(address("sign-in", &[])) {
                input type="hidden" name=(CSRF) value=(token);
                div.field {
                    label for="id" { (words.say(Text::AccessKeyId)) }
                    input #id type="text" name="id" required maxlength="256" autocomplete="username"
                        autocapitalize="none" spellcheck="false"
                        aria-describedby=[is_bad.then_some("said")];
                }
                div.field {
                    label for="secret" { (words.say(Text::AccessKeySecret)) }
                    input #secret type="password" name="secret" required maxlength="1024"
                        autocomplete="current-password";
                }
                button.main type="submit" { (words.say(Text::SignIn)) }
            }
        }
    };
    let page = outside(asked, words, words.say(Text::SignIn), &main);
    let reply = Reply::page(remark.status(), page).with_cookie(cookie(SIGN_IN, &token));
    Ok(match remark {
        Remark::TooOften(seconds) => reply.retry_after(seconds),
        Remark::None
        | Remark::SignedOut
        | Remark::SessionOver
        | Remark::Wrong
        | Remark::FormOver => reply,
    })
}

/// Signs in, if the key fits: the session takes the place of one that the browser had.
pub(super) fn send(asked: &Asked, door: &Door, sessions: &Sessions) -> Result<Reply, NoRandomness> {
    let given = asked.cookie(SIGN_IN).unwrap_or_default();
    if asked.foreign || given.is_empty() || !same(given, asked.field(CSRF)) {
        return show(asked, Remark::FormOver);
    }
    let now = Instant::now();
    let secret = Zeroizing::new(String::from(asked.exact("secret")));
    match door.enter(asked.field("id"), &secret, now) {
        Entry::Wrong => show(asked, Remark::Wrong),
        Entry::TooOften { seconds } => show(asked, Remark::TooOften(seconds)),
        Entry::Account(account) => {
            if let Some(before) = asked.cookie(SESSION) {
                sessions.end(before);
            }
            let id = sessions.begin(account, now)?;
            let reply = Reply::see(address("", &[]));
            Ok(reply
                .with_cookie(cookie(SESSION, &id))
                .with_cookie(gone(SIGN_IN)))
        }
    }
}

/// The answer to signing out.
pub(super) fn signed_out() -> Reply {
    let reply = Reply::see(address("sign-in", &[("done", "signed-out")]));
    reply.with_cookie(gone(SESSION))
}

/// A cookie that scripts don't see and other sites don't send. It ends with the browser; the server
/// listens on loopback without TLS, so it can't be bound to that.
fn cookie(name: &str, value: &str) -> String {
    std::format!("{name}={value}; Path={ROOT}; HttpOnly; SameSite=Strict")
}

fn gone(name: &str) -> String {
    std::format!("{name}=; Path={ROOT}; Max-Age=0; HttpOnly; SameSite=Strict")
}
