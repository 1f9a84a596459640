//! The examples of the documentation as one suite of tests, for a program of its own for each of them
//! could not be built once and asked often.
use std::fmt::Write as _;

/// Adds the examples of a file to the text of a suite.
pub fn add(suite: &mut String, file: &str, source: &str) {
    let mut open: Option<(usize, bool, Vec<&str>)> = None;
    for (line, number) in source.lines().zip(1..) {
        let line = line.trim_start();
        let Some(text) = line
            .strip_prefix("///")
            .or_else(|| line.strip_prefix("//!"))
        else {
            open = None;
            continue;
        };
        let text = text.strip_prefix(' ').unwrap_or(text);
        match (&mut open, text.trim_start().strip_prefix("```")) {
            (None, Some(kind)) => {
                let wanted = matches!(kind.trim(), "" | "rust");
                open = Some((number, wanted, Vec::new()));
            }
            (Some((number, wanted, lines)), Some(_)) => {
                if *wanted {
                    test(suite, file, *number, lines);
                }
                open = None;
            }
            (Some((_, _, lines)), None) => lines.push(text),
            (None, None) => {}
        }
    }
}

fn test(suite: &mut String, file: &str, number: usize, lines: &[&str]) {
    let shown = |line: &&str| match line.trim_start() {
        "#" => String::new(),
        hidden if hidden.starts_with("# ") => hidden[2..].to_owned(),
        _ => (*line).to_owned(),
    };
    let body: Vec<String> = lines.iter().map(shown).collect();
    let mut body = body.join("\n");
    // Paths of files begin at the suite, not at the file that the example stands in.
    while body.contains("\"../../") {
        body = body.replace("\"../../", "\"../");
    }
    let name: String = file
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '_' })
        .collect();
    let _ = write!(suite, "\n#[test]\nfn {name}_{number}() {{\n");
    // Where it stands in a block of its own, it is called there.
    if body.contains("fn main()") && !body.contains("main().unwrap()") {
        let result = body.contains("fn main() ->");
        let end = if result {
            "main().unwrap();"
        } else {
            "main();"
        };
        let _ = writeln!(suite, "{body}\n{end}\n}}");
    } else if body.trim_end().ends_with("(())") {
        let _ = writeln!(
            suite,
            "fn inner() -> Result<(), impl std::fmt::Debug> {{\n{body}\n}}\ninner().unwrap();\n}}"
        );
    } else {
        let _ = writeln!(suite, "{body}\n}}");
    }
}
