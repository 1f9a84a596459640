//! The order of the modules, read from the paths in the source.
//!
//! ```text
//! model <- rulebook <- lifecycle <- port <- service.  pki: model.  codec: up to lifecycle.
//! service: up to port, with pki.
//! adapter: up to port, with codec and pki, never the service or another adapter.
//! view: up to lifecycle.
//! testing: up to service, with codec and pki.  wire: up to service, with view and pki.  server, bin, manual: anything.
//! ```
//!
//! Every `crate::…`, `super::…` and `cert_lifecycle::…` outside comments and texts counts, wherever
//! it stands, so a path in the middle of a function is found as well as a `use`.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test stops where it fails"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// What a module may use besides itself; `None` for anything.
const ORDER: &[(&str, Option<&[&str]>)] = &[
    ("model", Some(&[])),
    ("rulebook", Some(&["model"])),
    ("lifecycle", Some(&["model", "rulebook"])),
    ("view", Some(&["model", "rulebook", "lifecycle"])),
    ("pki", Some(&["model"])),
    ("codec", Some(&["model", "rulebook", "lifecycle"])),
    ("port", Some(&["model", "rulebook", "lifecycle"])),
    // It reads what the CA issued.
    (
        "service",
        Some(&["model", "rulebook", "lifecycle", "port", "pki"]),
    ),
    (
        "adapter",
        Some(&["model", "rulebook", "lifecycle", "port", "codec", "pki"]),
    ),
    // Its stories are written as the lines that are replayed.
    ("testing", Some(UP_TO_SERVICE)),
    // It shows what the service answers, and reads what is handed in.
    (
        "wire",
        Some(&[
            "model",
            "rulebook",
            "lifecycle",
            "view",
            "port",
            "service",
            "pki",
        ]),
    ),
    ("server", None),
    ("manual", None),
    ("bin", None),
    // The root names every module.
    ("lib", None),
];
// The suite of CAs reads what was issued, as the service does.
const UP_TO_SERVICE: &[&str] = &[
    "model",
    "rulebook",
    "lifecycle",
    "port",
    "codec",
    "service",
    "pki",
];

/// Modules without std, a clock, a random source or I/O (L2).
const CORE: [&str; 4] = ["model", "rulebook", "lifecycle", "view"];

/// The most lines of a file; a long list of cases in a test is read from top to bottom.
const LONGEST_FILE: [(&str, usize); 4] = [
    ("src", 900),
    ("examples", 900),
    ("benches", 900),
    ("tests", 1_500),
];

/// A word or a sign of the source, with its line.
struct Token {
    text: String,
    line: usize,
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The source without comments, texts and characters.
fn tokens(source: &str) -> Vec<Token> {
    let chars: Vec<char> = source.chars().collect();
    let at = |place: usize| chars.get(place).copied().unwrap_or('\0');
    let (mut all, mut place, mut line) = (Vec::new(), 0, 1);
    while place < chars.len() {
        let begin = place;
        match at(place) {
            '/' if at(place + 1) == '/' => {
                while place < chars.len() && at(place) != '\n' {
                    place += 1;
                }
            }
            '/' if at(place + 1) == '*' => {
                let mut depth = 0;
                loop {
                    match (at(place), at(place + 1)) {
                        ('/', '*') => (depth, place) = (depth + 1, place + 2),
                        ('*', '/') => (depth, place) = (depth - 1, place + 2),
                        _ => place += 1,
                    }
                    if depth == 0 || place >= chars.len() {
                        break;
                    }
                }
            }
            '"' => {
                place += 1;
                while place < chars.len() && at(place) != '"' {
                    place += if at(place) == '\\' { 2 } else { 1 };
                }
                place += 1;
            }
            // A character, or the beginning of a lifetime.
            '\'' if at(place + 1) == '\\' || at(place + 2) == '\'' => {
                place += if at(place + 1) == '\\' { 3 } else { 2 };
                while place < chars.len() && at(place) != '\'' {
                    place += 1;
                }
                place += 1;
            }
            c if is_word(c) => {
                while is_word(at(place)) {
                    place += 1;
                }
                let text: String = chars[begin..place].iter().collect();
                let hashes = chars[place..].iter().take_while(|&&c| c == '#').count();
                if matches!(text.as_str(), "r" | "br") && at(place + hashes) == '"' {
                    // A raw text ends with as many hashes as it begins with.
                    let end: Vec<char> = std::iter::once('"')
                        .chain(std::iter::repeat_n('#', hashes))
                        .collect();
                    place += hashes + 1;
                    while place < chars.len() && !chars[place..].starts_with(&end) {
                        place += 1;
                    }
                    place += end.len();
                } else {
                    all.push(Token { text, line });
                }
            }
            ':' if at(place + 1) == ':' => {
                place += 2;
                let text = "::".to_owned();
                all.push(Token { text, line });
            }
            c => {
                place += 1;
                if !c.is_whitespace() {
                    all.push(Token {
                        text: c.to_string(),
                        line,
                    });
                }
            }
        }
        let end = place.min(chars.len());
        line += chars[begin..end].iter().filter(|&&c| c == '\n').count();
    }
    all
}

/// The module path of a file below `src`: `adapter/local_ca/mod.rs` is `adapter`, `local_ca`.
fn module_of(file: &Path) -> Vec<String> {
    let mut path: Vec<String> = file
        .with_extension("")
        .components()
        .map(|part| part.as_os_str().to_str().unwrap().to_owned())
        .collect();
    if path.last().is_some_and(|last| last == "mod") {
        path.pop();
    }
    path
}

/// The modules that the paths of a file lead to, each with its line.
fn targets(own: &[String], tokens: &[Token]) -> Vec<(Vec<String>, usize)> {
    let text = |place: usize| tokens.get(place).map_or("", |token| token.text.as_str());
    let in_root = own == ["lib"];
    let mut found = Vec::new();
    let (mut depth, mut inline) = (0_usize, Vec::new());
    let mut place = 0;
    while place < tokens.len() {
        let mut here: Vec<String> = if in_root { Vec::new() } else { own.to_vec() };
        here.extend(
            inline
                .iter()
                .map(|(name, _): &(String, usize)| name.clone()),
        );
        let continues = place > 0 && text(place - 1) == "::";
        let base = match text(place) {
            "{" => {
                depth += 1;
                None
            }
            "}" => {
                depth = depth.saturating_sub(1);
                inline.retain(|(_, opened)| *opened <= depth);
                None
            }
            "mod" if text(place + 2) == "{" => {
                inline.push((text(place + 1).to_owned(), depth + 1));
                None
            }
            "crate" | "cert_lifecycle" if !continues && text(place + 1) == "::" => Some(Vec::new()),
            "super" if !continues && text(place + 1) == "::" => {
                here.pop();
                while text(place + 1) == "::" && text(place + 2) == "super" {
                    here.pop();
                    place += 2;
                }
                Some(here)
            }
            _ => None,
        };
        if let Some(base) = base {
            let line = tokens[place].line;
            // A group is walked without moving on, so that the braces are still counted.
            walk(&base, tokens, place + 1, line, &mut found);
        }
        place += 1;
    }
    found
}

/// Follows a path, and every branch of a group, for as many segments as tell modules apart.
fn walk(
    base: &[String],
    tokens: &[Token],
    mut place: usize,
    line: usize,
    found: &mut Vec<(Vec<String>, usize)>,
) -> usize {
    let text = |place: usize| tokens.get(place).map_or("", |token| token.text.as_str());
    let mut path = base.to_vec();
    while text(place) == "::" {
        place += 1;
        if text(place) == "{" {
            place += 1;
            while place < tokens.len() && text(place) != "}" {
                if text(place) == "," {
                    place += 1;
                    continue;
                }
                let mut branch = path.clone();
                branch.push(text(place).to_owned());
                let line = tokens[place].line;
                place = walk(&branch, tokens, place + 1, line, found);
                // `as` and its name.
                while place < tokens.len() && text(place) != "," && text(place) != "}" {
                    place += 1;
                }
            }
            return place + 1;
        }
        path.push(text(place).to_owned());
        place += 1;
    }
    found.push((path, line));
    place
}

/// What is wrong with a file, as `file:line: what`. `adapters` are the public modules of `adapter`.
fn breaches(file: &Path, source: &str, adapters: &[String]) -> Vec<String> {
    let own = module_of(file);
    let name = own.first().map_or("", String::as_str);
    let shown = Path::new("src").join(file);
    let shown = shown.display();
    let mut wrong = Vec::new();
    let Some((_, allowed)) = ORDER.iter().find(|(module, _)| *module == name) else {
        return vec![format!(
            "{shown}:1: module {name} has no place in the order"
        )];
    };
    let tokens = tokens(source);
    for (target, line) in targets(&own, &tokens) {
        let Some(first) = target.first().map(String::as_str) else {
            continue;
        };
        let fits = first == name || allowed.is_none_or(|allowed| allowed.contains(&first));
        if !fits {
            wrong.push(format!(
                "{shown}:{line}: module {name} must not use {first}"
            ));
        }
        if let ("adapter", "adapter", Some(ours), Some(theirs)) =
            (name, first, own.get(1), target.get(1))
            && ours != theirs
            && adapters.contains(theirs)
        {
            wrong.push(format!(
                "{shown}:{line}: module adapter::{ours} must not use adapter::{theirs}"
            ));
        }
    }
    for (place, token) in tokens.iter().enumerate() {
        let next = |ahead: usize| tokens.get(place + ahead).map_or("", |t| t.text.as_str());
        let line = token.line;
        if CORE.contains(&name) && token.text == "std" && next(1) == "::" {
            wrong.push(format!("{shown}:{line}: module {name} must not use std"));
        }
        if token.text == "#" && next(1) == "[" && next(2) == "path" {
            wrong.push(format!("{shown}:{line}: a module lies where its name says"));
        }
    }
    // Two names of one group are one breach.
    wrong.dedup();
    wrong
}

/// Every source file below a folder, if there is one.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else {
        return all;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                all.extend(sources(&path));
            }
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            all.push(path);
        }
    }
    all.sort();
    all
}

/// The public modules of `adapter`; private ones are helpers that adapters share.
fn public_modules(source: &str) -> Vec<String> {
    let tokens = tokens(source);
    tokens
        .windows(3)
        .filter(|three| three[0].text == "pub" && three[1].text == "mod")
        .map(|three| three[2].text.clone())
        .collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn imports_point_left_only() {
    let src = root().join("src");
    let adapters = fs::read_to_string(src.join("adapter/mod.rs")).unwrap_or_default();
    let adapters = public_modules(&adapters);
    let files = sources(&src);
    assert!(files.len() > 20, "only {} files were found", files.len());
    let wrong: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let source = fs::read_to_string(file).unwrap();
            breaches(file.strip_prefix(&src).unwrap(), &source, &adapters)
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_file_is_too_long() {
    let mut wrong = Vec::new();
    for (folder, longest) in LONGEST_FILE {
        for file in sources(&root().join(folder)) {
            let lines = fs::read_to_string(&file).unwrap().lines().count();
            if lines > longest {
                let shown = file.strip_prefix(root()).unwrap().display();
                wrong.push(format!("{shown}:{lines}: longer than {longest} lines"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn planted_breaches_are_found() {
    let adapters = ["memory".to_owned(), "local_ca".to_owned()];
    let check = |file: &str, source: &str| breaches(Path::new(file), source, &adapters);
    let found = |file: &str, source: &str, breach: &str| {
        assert_eq!(check(file, source), [breach], "{source}");
    };
    found(
        "model/name.rs",
        "use alloc::sync::Arc;\nuse crate::rulebook::Window;\n",
        "src/model/name.rs:2: module model must not use rulebook",
    );
    found(
        "rulebook/book.rs",
        "use crate::{\n    model::{Day, Site},\n    lifecycle::{self as l, decide},\n};\n",
        "src/rulebook/book.rs:3: module rulebook must not use lifecycle",
    );
    found(
        "lifecycle/case.rs",
        "fn f() { super::super::port::clock(); }",
        "src/lifecycle/case.rs:1: module lifecycle must not use port",
    );
    found(
        "lifecycle/case.rs",
        "mod tests {\n use super::super::Refusal;\n use super::super::super::service::X;\n}",
        "src/lifecycle/case.rs:3: module lifecycle must not use service",
    );
    // R-57: no decision can depend on a view.
    found(
        "lifecycle/question.rs",
        "use crate::view::layout::Layout;",
        "src/lifecycle/question.rs:1: module lifecycle must not use view",
    );
    found(
        "view/layout.rs",
        "use crate::port::Store;",
        "src/view/layout.rs:1: module view must not use port",
    );
    found(
        "lifecycle/mod.rs",
        "fn f() -> super::pki::Limits { todo() }",
        "src/lifecycle/mod.rs:1: module lifecycle must not use pki",
    );
    found(
        "pki/csr.rs",
        "use cert_lifecycle::rulebook::CsrRule;",
        "src/pki/csr.rs:1: module pki must not use rulebook",
    );
    found(
        "codec/rulebook/draft.rs",
        "use crate::{model::Day, port::Store};",
        "src/codec/rulebook/draft.rs:1: module codec must not use port",
    );
    found(
        "adapter/memory/mod.rs",
        "use crate::adapter::{local_ca::Ca, signing::Key, memory::Store};",
        "src/adapter/memory/mod.rs:1: module adapter::memory must not use adapter::local_ca",
    );
    found(
        "adapter/memory.rs",
        "use super::{local_ca, signing};",
        "src/adapter/memory.rs:1: module adapter::memory must not use adapter::local_ca",
    );
    found(
        "adapter/memory.rs",
        "impl crate::service::Service {}",
        "src/adapter/memory.rs:1: module adapter must not use service",
    );
    found(
        "model/time.rs",
        "/* a\n comment */ fn now() { std::time::SystemTime::now(); }",
        "src/model/time.rs:2: module model must not use std",
    );
    found(
        "model/mod.rs",
        "#[path = \"elsewhere.rs\"]\nmod time;",
        "src/model/mod.rs:1: a module lies where its name says",
    );
    found(
        "oddments.rs",
        "",
        "src/oddments.rs:1: module oddments has no place in the order",
    );
}

#[test]
fn what_is_allowed_is_not_a_breach() {
    let adapters = ["memory".to_owned(), "local_ca".to_owned()];
    let check = |file: &str, source: &str| breaches(Path::new(file), source, &adapters);
    for (file, source) in [
        ("lib.rs", "pub mod model;\npub use crate::service::Service;"),
        (
            "lifecycle/case.rs",
            "use crate::rulebook::Edition;\nuse super::event::Event;",
        ),
        (
            "model/name.rs",
            "// crate::service\n/// std::fmt\nconst A: &str = \"crate::port \\\" std::\";",
        ),
        (
            "model/name.rs",
            "const A: &str = r#\"use crate::port; \" std::\"#; const C: char = '\"';",
        ),
        (
            "model/name.rs",
            "fn f<'a>(c: char) -> &'a str { if c == '\\'' { std() } else { \"std::\" } }",
        ),
        (
            "model/name.rs",
            "mod tests {\n use super::*;\n use super::super::time::Day;\n}",
        ),
        (
            "adapter/memory.rs",
            "use crate::adapter::signing::Key;\nuse crate::{codec, pki, port};",
        ),
        (
            "adapter/mod.rs",
            "pub use self::memory::Store;\npub use crate::adapter::local_ca::Ca;",
        ),
        ("bin/cert-lifecycle.rs", "use cert_lifecycle::server;"),
    ] {
        assert_eq!(check(file, source), [""; 0], "{file}: {source}");
    }
}
