//! A copy of the package with all mutants in it, compiled until nothing is refused.
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::Failure;
use crate::list::Mutant;
use crate::plant::{Planted, Without, plant};

/// Where everything is.
#[derive(Debug)]
pub struct Place {
    /// The package as it is.
    pub plain: PathBuf,
    /// The copy with the mutants.
    pub copy: PathBuf,
    /// Cargo's target directory.
    pub target: PathBuf,
    /// The features to build with.
    pub features: String,
}

impl Place {
    /// A cargo command in a folder.
    pub fn cargo(&self, folder: &Path, words: &[&str]) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.current_dir(folder).args(words);
        cargo.args([
            "--offline",
            "--profile",
            "mutants",
            "--features",
            &self.features,
        ]);
        cargo.args(["--message-format", "json", "--target-dir"]);
        cargo.arg(&self.target);
        // Warnings about code with branches in it are of no use to anybody.
        cargo.stderr(Stdio::null());
        cargo
    }
}

/// The lines of JSON that a cargo command prints, and whether it succeeded.
///
/// # Errors
/// If it could not be started.
pub fn messages(cargo: &mut Command) -> Result<(bool, Vec<Value>), Failure> {
    let output = cargo.output()?;
    let lines = String::from_utf8_lossy(&output.stdout);
    let lines = lines
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    Ok((output.status.success(), lines.collect()))
}

/// What became of the mutants.
#[derive(Debug, Default)]
pub struct Sown {
    /// Those that have no switch.
    pub without: BTreeMap<u32, Without>,
    /// The functions that must stay constant.
    pub constant: HashSet<String>,
}

impl Sown {
    /// As it was written down.
    fn read(text: &str) -> Self {
        let mut sown = Self::default();
        for line in text.lines() {
            match line.split_once(' ') {
                Some(("constant", name)) => {
                    sown.constant.insert(name.to_owned());
                }
                Some((why, id)) => {
                    let why = if why == "left" {
                        Without::Left
                    } else {
                        Without::Unviable
                    };
                    sown.without.extend(id.parse().ok().map(|id| (id, why)));
                }
                None => {}
            }
        }
        sown
    }

    /// To be read again.
    fn text(&self) -> String {
        let without = self.without.iter().map(|(id, why)| match why {
            Without::Left => format!("left {id}\n"),
            Without::Unviable => format!("unviable {id}\n"),
        });
        let constant = self
            .constant
            .iter()
            .map(|name| format!("constant {name}\n"));
        without.chain(constant).collect()
    }
}

/// Plants and compiles, and leaves out what is refused, until the copy compiles with its tests.
/// What was found is kept in a file, so that a run that was broken off goes on.
///
/// # Errors
/// If an error can't be laid to a mutant.
pub fn sow(place: &Place, mutants: &[Mutant], file: &Path) -> Result<Sown, Failure> {
    let mut sown = Sown::read(&fs::read_to_string(file).unwrap_or_default());
    let mut files: BTreeMap<&str, Vec<&Mutant>> = BTreeMap::new();
    for mutant in mutants {
        files.entry(&mutant.file).or_default().push(mutant);
    }
    let ours = ["src/lib.rs", "src/planted.rs"];
    mirror(&place.plain, &place.copy, |path| {
        path.to_str()
            .is_some_and(|path| ours.contains(&path) || files.contains_key(path))
    })?;
    let root = fs::read_to_string(place.plain.join("src/lib.rs"))?;
    write(
        &place.copy.join("src/lib.rs"),
        &format!("{root}\n#[doc(hidden)]\npub mod planted;\n"),
    )?;
    write(&place.copy.join("src/planted.rs"), &switches(mutants.len()))?;
    let mut dropped: HashSet<u32> = sown.without.keys().copied().collect();
    let mut turn = 0;
    let mut targets: &[&str] = &["--lib"];
    loop {
        turn += 1;
        let mut planted: BTreeMap<&str, Planted> = BTreeMap::new();
        for (file, mutants) in &files {
            let source = fs::read_to_string(place.plain.join(file))?;
            let made = plant(&source, mutants, &dropped, &sown.constant)
                .map_err(|error| format!("{file}: {error}"))?;
            write(&place.copy.join(file), &made.text)?;
            sown.without.extend(made.without.iter().copied());
            planted.insert(file, made);
        }
        let words = [&["check"], targets].concat();
        let (done, lines) = messages(&mut place.cargo(&place.copy, &words))?;
        let blame = blame(&lines, &planted);
        eprintln!(
            "turn {turn}, {}: {} refused, {} functions stay constant",
            targets.join(" "),
            blame.mutants.len(),
            blame.constant.len()
        );
        if done {
            fs::write(file, sown.text())?;
            if targets.len() > 1 {
                return Ok(sown);
            }
            targets = &["--lib", "--tests"];
            continue;
        }
        let before = dropped.len() + sown.constant.len();
        dropped.extend(blame.mutants.keys().copied());
        sown.constant.extend(blame.constant);
        for (id, why) in blame.mutants {
            sown.without.insert(id, why);
        }
        fs::write(file, sown.text())?;
        if dropped.len() + sown.constant.len() == before {
            return Err(format!("nothing to blame for:\n{}", blame.rest.join("\n")).into());
        }
    }
}

/// What errors speak of.
#[derive(Default)]
struct Blame {
    mutants: BTreeMap<u32, Without>,
    constant: BTreeSet<String>,
    rest: Vec<String>,
}

fn blame(lines: &[Value], planted: &BTreeMap<&str, Planted>) -> Blame {
    let mut blame = Blame::default();
    for line in lines {
        let message = &line["message"];
        if message["level"] != "error" {
            continue;
        }
        let text = message["message"].as_str().unwrap_or_default();
        let name = text.split('`').nth(1).unwrap_or_default();
        // The compiler shortens the paths of names that are unique.
        let switch = name == "is" || name.ends_with("planted::is");
        if message["code"]["code"] == "E0015" && !switch {
            blame.constant.extend(names(name));
            continue;
        }
        let places = places(message, planted);
        let mut found: Vec<_> = places
            .iter()
            .filter(|one| one.2)
            .flat_map(|(file, at, _)| file.blamed(*at))
            .collect();
        if found.is_empty() {
            let beside = places.iter().filter_map(|(file, at, _)| file.beside(*at));
            found.extend(beside.map(|id| (id, Without::Left)));
        }
        if found.is_empty() && message["code"]["code"] == "E0004" {
            let behind = places
                .iter()
                .find_map(|(file, at, main)| main.then(|| file.behind(*at))?);
            found.extend(behind.map(|id| (id, Without::Left)));
        }
        let nothing = found.is_empty();
        blame.mutants.extend(found);
        if nothing && let Some(rendered) = message["rendered"].as_str() {
            blame.rest.push(rendered.to_owned());
        }
    }
    blame
}

/// The places in planted files that an error names, and whether each is the one it is about.
fn places<'a>(
    message: &Value,
    planted: &'a BTreeMap<&str, Planted>,
) -> Vec<(&'a Planted, usize, bool)> {
    let spans = message["spans"].as_array().map_or(&[][..], Vec::as_slice);
    let place = |span: &Value| {
        let main = span["is_primary"] == true;
        let mut span = span;
        // Out of macros to where they are called.
        while !span["expansion"].is_null() {
            span = &span["expansion"]["span"];
        }
        let file = planted.get(span["file_name"].as_str()?)?;
        let at = usize::try_from(span["byte_start"].as_u64()?).ok()?;
        Some((file, at, main))
    };
    spans.iter().filter_map(place).collect()
}

/// `a::b::Type::<X>::name` as `Type::name` and as `name`: which of them it is in the source depends.
fn names(path: &str) -> Vec<String> {
    let mut plain = String::new();
    let mut depth = 0_usize;
    for c in path.chars() {
        match c {
            '<' => depth += 1,
            '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    let words: Vec<&str> = plain.split("::").filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [.., owner, name] if owner.starts_with(char::is_uppercase) => {
            vec![format!("{owner}::{name}")]
        }
        [.., name] => vec![(*name).to_owned()],
        [] => Vec::new(),
    }
}

/// The module that asks the environment which mutant is on.
fn switches(count: usize) -> String {
    format!(
        r#"//! Which mutant is on.
use std::io::Write as _;
use std::sync::atomic::{{AtomicBool, AtomicU32, Ordering}};

static ON: AtomicU32 = AtomicU32::new(u32::MAX);
static SEEN: [AtomicBool; {count} + 1] = [const {{ AtomicBool::new(false) }}; {count} + 1];

/// Whether this one is.
#[inline]
pub fn is(id: u32) -> bool {{
    let on = ON.load(Ordering::Relaxed);
    if on <= {count} {{ on == id }} else {{ rarely(id, on) }}
}}

#[cold]
fn rarely(id: u32, on: u32) -> bool {{
    if on == u32::MAX {{
        let on = match std::env::var("PLANTED") {{
            Ok(word) if word == "reach" => u32::MAX - 1,
            Ok(word) => word.parse().expect("a number"),
            Err(_) => 0,
        }};
        ON.store(on, Ordering::Relaxed);
        return is(id);
    }}
    if !SEEN[id as usize].swap(true, Ordering::Relaxed) {{
        let path = std::env::var_os("PLANTED_REACH").expect("a file");
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path).expect("it opens");
        file.write_all(std::format!("{{id}}\n").as_bytes()).expect("it is written");
    }}
    false
}}
"#
    )
}

/// Writes a file unless it is so already, so that nothing is built again for it.
fn write(path: &Path, text: &str) -> Result<(), Failure> {
    if fs::read(path).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)?;
    Ok(())
}

/// Every file below a folder, from there.
///
/// # Errors
/// If something can't be read.
pub fn files(folder: &Path) -> Result<BTreeSet<PathBuf>, Failure> {
    let mut found = BTreeSet::new();
    let mut open = vec![PathBuf::new()];
    while let Some(inner) = open.pop() {
        for entry in fs::read_dir(folder.join(&inner))? {
            let entry = entry?;
            let path = inner.join(entry.file_name());
            if entry.file_type()?.is_dir() {
                open.push(path);
            } else {
                found.insert(path);
            }
        }
    }
    Ok(found)
}

/// Makes a folder like another, but for some files; what is so already keeps its time.
///
/// # Errors
/// If something can't be read or written.
pub fn mirror(from: &Path, to: &Path, apart: impl Fn(&Path) -> bool) -> Result<(), Failure> {
    let wanted = files(from)?;
    fs::create_dir_all(to)?;
    for old in files(to)?.difference(&wanted).filter(|path| !apart(path)) {
        fs::remove_file(to.join(old))?;
    }
    for path in wanted.iter().filter(|path| !apart(path)) {
        let bytes = fs::read(from.join(path))?;
        if fs::read(to.join(path)).is_ok_and(|old| old == bytes) {
            continue;
        }
        if let Some(folder) = to.join(path).parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(to.join(path), bytes)?;
    }
    Ok(())
}
