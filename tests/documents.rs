//! The documents stay true: what they quote from the code is compared with the code.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests stop on the first surprise"
)]

use std::fs;

use cert_lifecycle::lifecycle::{Law, diagram, table};
use cert_lifecycle::model::ValidationClass;
use cert_lifecycle::rulebook::Rulebook;

fn read(name: &str) -> String {
    let path = format!("{}/{name}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(path).expect(name)
}

/// The code block after a marker.
fn block_after<'a>(text: &'a str, marker: &str) -> &'a str {
    let (_, rest) = text.split_once(marker).expect(marker);
    let (_, rest) = rest.split_once("```").unwrap();
    let (_, rest) = rest.split_once('\n').unwrap();
    rest.split_once("```").unwrap().0
}

/// `UPDATE=1 cargo test --test documents` writes the drawing into the README.
#[test]
fn the_state_diagram_of_the_readme_is_the_codes() {
    let book = Rulebook::published();
    let edition = book.edition("2021-02-api").unwrap();
    let law = Law::single(&edition, book.ceilings());
    let (dv, ov) = (
        table(ValidationClass::Dv, &law),
        table(ValidationClass::Ov, &law),
    );
    let drawn = diagram::mermaid(&[&dv, &ov]);
    let readme = read("README.md");
    let marker = "<!-- diagram -->";
    let shown = block_after(&readme, marker);
    if std::env::var_os("UPDATE").is_some() {
        let old = format!("{marker}\n```mermaid\n{shown}```");
        let new = format!("{marker}\n```mermaid\n{drawn}```");
        let path = format!("{}/README.md", env!("CARGO_MANIFEST_DIR"));
        fs::write(path, readme.replace(&old, &new)).unwrap();
        return;
    }
    assert_eq!(shown, drawn, "run: UPDATE=1 cargo test --test documents");
}

#[test]
fn every_edition_is_in_the_readme() {
    let readme = read("README.md");
    for point in Rulebook::published().points() {
        assert!(
            readme.contains(&format!("`{}`", point.key)),
            "{}",
            point.key
        );
    }
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = read("Cargo.toml");
    let architecture = read("ARCHITECTURE.md");
    let mut section = "";
    let mut checked = 0;
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if section.ends_with("dependencies]")
            && let Some((name, _)) = line.split_once(" = ")
            && name != "cert-lifecycle"
        {
            let row = format!("| `{name}` |");
            assert!(architecture.contains(&row), "no reason is given for {name}");
            checked += 1;
        }
    }
    assert!(checked > 8, "the manifest was read");
}

#[test]
fn every_feature_is_in_the_crates_documentation() {
    let manifest = read("Cargo.toml");
    let documentation = read("src/lib.rs");
    let features = manifest.split_once("[features]").unwrap().1;
    let features = features.split_once("\n[").unwrap().0;
    for line in features.lines() {
        if let Some((name, _)) = line.split_once(" = ")
            && name != "default"
        {
            let row = format!("//! | `{name}`");
            assert!(documentation.contains(&row), "{name} is not explained");
        }
    }
}

#[test]
fn the_changelog_knows_this_version() {
    let heading = format!("## [{}]", env!("CARGO_PKG_VERSION"));
    let changelog = read("CHANGELOG.md");
    assert!(changelog.contains(&heading) || changelog.contains("## [Unreleased]"));
}
