//! What stands around every page.

use maud::{DOCTYPE, Markup, html};

use super::asked::{Asked, address};
use super::clock;
use super::text::{Text, Words};
use super::visit::Visit;

/// Where in the console a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Certificates,
    Rules,
    Elsewhere,
}

/// A page of somebody who is signed in.
pub(super) fn page(visit: &Visit<'_>, place: Place, title: &str, main: &Markup) -> Markup {
    let words = visit.words;
    let service = visit.service();
    let edition = service.rules().in_force(visit.now);
    let here = |own: Place| (own == place).then_some("true");
    let top = html! {
        nav aria-label=(words.say(Text::MainNavigation)) {
            ul {
                li {
                    a href=(address("", &[])) aria-current=[here(Place::Certificates)] {
                        (words.say(Text::Certificates))
                    }
                }
                li {
                    a href=(address("rules", &[])) aria-current=[here(Place::Rules)] {
                        (words.say(Text::Rules))
                    }
                }
            }
        }
        div.who {
            (other_language(visit.asked, words))
            span { (words.say(Text::SignedInAs)) " " strong { (visit.account()) } }
            form method="post" action=(address("sign-out", &[])) {
                (visit.csrf())
                button.plain type="submit" { (words.say(Text::SignOut)) }
            }
        }
    };
    let foot = html! {
        span { (words.fill(Text::TimesAre, &[&visit.offset])) }
        @if let Ok(edition) = edition {
            span { (words.fill(Text::RulesInForce, &[&edition.key()])) }
        }
    };
    let main = html! { (clock::moved(visit)) (main) };
    whole(words, title, &top, &clock::bar(visit), &main, &foot)
}

/// A page of somebody who is not.
pub(super) fn outside(asked: &Asked, words: Words, title: &str, main: &Markup) -> Markup {
    let top = html! { div.who { (other_language(asked, words)) } };
    whole(words, title, &top, &html! {}, main, &html! {})
}

/// A page for a request that could not be read, in English and Chinese by its address alone.
pub(super) fn bare(words: Words, title: &str, main: &Markup) -> Markup {
    whole(words, title, &html! {}, &html! {}, main, &html! {})
}

fn other_language(asked: &Asked, words: Words) -> Markup {
    let other = words.other();
    html! {
        a href=(asked.with("lang", other.0.word())) lang=(other.tag()) hreflang=(other.tag()) {
            (words.say(Text::OtherLanguage))
        }
    }
}

fn whole(
    words: Words,
    title: &str,
    top: &Markup,
    bar: &Markup,
    main: &Markup,
    foot: &Markup,
) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(words.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · " (words.say(Text::Console)) }
                link rel="stylesheet" href=(address("style.css", &[]));
                link rel="icon" href="data:,";
            }
            body {
                a.skip href="#main" { (words.say(Text::SkipToContent)) }
                header.top {
                    div.wide {
                        a.brand href=(address("", &[])) { (shield()) (words.say(Text::Product)) }
                        (top)
                    }
                }
                (bar)
                main.wide #main tabindex="-1" { (main) }
                footer.foot {
                    div.wide { (foot) span { (words.say(Text::Laboratory)) } }
                }
            }
        }
    }
}

fn shield() -> Markup {
    html! {
        svg viewBox="0 0 24 24" aria-hidden="true" {
            path d="M12 3l7 3v5c0 4.6-3 8-7 10-4-2-7-5.4-7-10V6z" {}
            path d="M8.7 12l2.3 2.3 4.3-4.6" {}
        }
    }
}

/// Something the page says first, to be read out.
pub(super) fn done(text: &str) -> Markup {
    html! { p.note.good role="status" { (text) } }
}

/// A page without what it is for.
pub(super) fn empty(title: &str, hint: &str, way: &Markup) -> Markup {
    html! {
        div.empty {
            svg viewBox="0 0 24 24" aria-hidden="true" {
                path d="M4 6h16v12H4zM4 10h16M8 14h5" {}
            }
            h2 { (title) }
            p { (hint) }
            (way)
        }
    }
}
