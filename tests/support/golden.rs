//! Committed texts that a test makes again in memory and compares.

use std::path::Path;

/// Compares `made` with the committed file `tests/data/{name}`; with `UPDATE=1` it writes the file
/// instead.
pub fn compare(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name);
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        std::fs::write(&path, made).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    if committed == made {
        return;
    }
    let difference = committed
        .lines()
        .zip(made.lines())
        .enumerate()
        .find(|(_, (old, new))| old != new);
    match difference {
        Some((line, (old, new))) => panic!(
            "tests/data/{name}, line {}:\n  committed: {old}\n  made now:  {new}\n(UPDATE=1 writes the file anew; read it then)",
            line + 1
        ),
        None => panic!(
            "tests/data/{name} has {} lines, {} were made (UPDATE=1 writes the file anew; read it then)",
            committed.lines().count(),
            made.lines().count()
        ),
    }
}
