//! Ids, names and notes: valid ones up to their longest, and ones that break a single rule.

use std::format;
use std::string::String;
use std::vec::Vec;

use proptest::collection::vec as list;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use crate::model::{
    AccountId, Applicant, ChainId, Company, DomainName, InstanceId, Note, OrderId, PlanId,
    PurchaseId, Target,
};

/// So many bytes has an id at most.
const LONGEST_ID: usize = 39;

/// Printable ASCII, from one character to a limit.
fn printable(limit: usize) -> impl Strategy<Value = String> {
    let one = || prop_oneof![select(b"a1-_.Z".to_vec()), b'!'..=b'~'].prop_map(char::from);
    prop_oneof![
        2 => Just(String::from("a")),
        2 => list(one(), 1..=limit).prop_map(String::from_iter),
        1 => list(one(), limit).prop_map(String::from_iter),
    ]
}

/// Declares a strategy for each kind of id.
macro_rules! ids {
    ($($name:ident, $type:ident, $limit:expr, $doc:literal;)*) => {$(
        #[doc = concat!($doc, ": short ones, UUIDs, and ones of as many characters as there may be.")]
        ///
        /// ```
        #[doc = concat!("use cert_lifecycle::testing::strategy::", stringify!($name), ";")]
        /// use proptest::prelude::*;
        #[doc = concat!("proptest!(|(id in ", stringify!($name), "())| prop_assert!(!id.as_str().is_empty()));")]
        /// ```
        pub fn $name() -> impl Strategy<Value = $type> {
            let uuid = any::<u128>().prop_map(|bits| {
                let text = format!("{bits:032x}");
                text.chars().take($limit).collect::<String>()
            });
            prop_oneof![4 => printable($limit), 1 => uuid]
                .prop_filter_map("an id", |text| $type::new(&text).ok())
        }
    )*};
}

ids! {
    accounts, AccountId, LONGEST_ID, "Ids of accounts";
    instance_ids, InstanceId, LONGEST_ID, "Ids of instances";
    plan_ids, PlanId, LONGEST_ID, "Ids of plans";
    purchase_ids, PurchaseId, LONGEST_ID, "Ids of purchases";
    chain_ids, ChainId, LONGEST_ID, "Ids of hosting chains";
    targets, Target, 15, "Cloud products that certificates are deployed to";
}

/// Texts that are no id, each by one rule: nothing at all, one character too many, a blank, a control
/// character, a letter beyond ASCII.
///
/// ```
/// use cert_lifecycle::model::InstanceId;
/// use cert_lifecycle::testing::strategy::nearly_ids;
/// use proptest::prelude::*;
/// proptest!(|(text in nearly_ids())| prop_assert!(InstanceId::new(&text).is_err()));
/// ```
pub fn nearly_ids() -> impl Strategy<Value = String> {
    let strange = select(Vec::from([' ', '\n', '\0', '\u{7f}', 'é', '三']));
    prop_oneof![
        1 => Just(String::new()),
        1 => Just("a".repeat(LONGEST_ID.saturating_add(1))),
        3 => (printable(8), strange, printable(8)).prop_map(|(a, b, c)| format!("{a}{b}{c}")),
    ]
}

/// Ids of orders: the first and the last, those around 2^53, which a double can no longer tell apart,
/// and any between.
///
/// ```
/// use cert_lifecycle::testing::strategy::order_ids;
/// use proptest::prelude::*;
/// proptest!(|(order in order_ids())| prop_assert!(order.get() > 0));
/// ```
pub fn order_ids() -> impl Strategy<Value = OrderId> {
    let edges = [
        1,
        2,
        (1 << 53) - 1,
        1 << 53,
        (1 << 53) + 1,
        98_987_582_437_920_968,
        (1 << 63) - 1,
    ];
    prop_oneof![2 => select(Vec::from(edges)), 1 => 1..=i64::MAX.unsigned_abs()]
        .prop_filter_map("an id of an order", |id| OrderId::new(id).ok())
}

/// Notes: of one character, of several scripts, and as long as they may be.
///
/// ```
/// use cert_lifecycle::model::Note;
/// use cert_lifecycle::testing::strategy::notes;
/// use proptest::prelude::*;
/// proptest!(|(note in notes())| prop_assert!(note.as_str().len() <= Note::LIMIT));
/// ```
pub fn notes() -> impl Strategy<Value = Note> {
    let texts = [
        String::from("no"),
        String::from("the organisation was not found"),
        String::from("公司名称不符"),
        String::from(" a\u{a0}b "),
        "n".repeat(Note::LIMIT),
    ];
    prop_oneof![select(Vec::from(texts)), printable(40)]
        .prop_filter_map("a note", |text| Note::new(&text).ok())
}

/// Texts that are no note: blank, one byte too long, or with a control character.
///
/// ```
/// use cert_lifecycle::model::Note;
/// use cert_lifecycle::testing::strategy::nearly_notes;
/// use proptest::prelude::*;
/// proptest!(|(text in nearly_notes())| prop_assert!(Note::new(&text).is_err()));
/// ```
pub fn nearly_notes() -> impl Strategy<Value = String> {
    let texts = [
        String::new(),
        String::from(" \u{a0}"),
        String::from("two\nlines"),
        String::from("two\0parts"),
        "n".repeat(Note::LIMIT.saturating_add(1)),
    ];
    select(Vec::from(texts))
}

/// A label of so many letters.
fn label(length: usize) -> String {
    "a".repeat(length)
}

/// A name of so many bytes, in labels that are as long as they may be.
fn of_length(bytes: usize) -> String {
    let end = ".com";
    let mut left = bytes.saturating_sub(end.len());
    let mut name = String::new();
    while left > 0 {
        let dot = usize::from(!name.is_empty());
        let room = left.saturating_sub(dot);
        // A label is not left without a letter.
        let most = if room == DomainName::LABEL_LIMIT.saturating_add(1) {
            DomainName::LABEL_LIMIT.saturating_sub(1)
        } else {
            DomainName::LABEL_LIMIT
        };
        let length = room.min(most);
        if dot > 0 {
            name.push('.');
        }
        name.push_str(&label(length));
        left = room.saturating_sub(length);
    }
    name.push_str(end);
    name
}

/// Labels: letters, digits and hyphens between them.
fn labels() -> impl Strategy<Value = String> {
    let one = || select(b"abcxyz019".to_vec()).prop_map(char::from);
    let middle = list(one(), 0..6).prop_map(String::from_iter);
    (one(), middle, any::<bool>(), one()).prop_map(|(first, middle, hyphen, last)| {
        let hyphen = if hyphen { "-" } else { "" };
        format!("{first}{middle}{hyphen}{last}")
    })
}

/// Domain names without a wildcard: two labels and more, A-labels, digits, upper case, a label and a
/// whole name as long as they may be.
///
/// ```
/// use cert_lifecycle::testing::strategy::single_names;
/// use proptest::prelude::*;
/// proptest!(|(name in single_names())| prop_assert!(!name.is_wildcard()));
/// ```
pub fn single_names() -> impl Strategy<Value = DomainName> {
    let texts = [
        String::from("www.example.com"),
        String::from("example.com"),
        String::from("WWW.Example.COM"),
        String::from("a.b"),
        String::from("1.example.com"),
        String::from("xn--bcher-kva.example"),
        String::from("www.example.jp"),
        String::from("www.example.gov"),
        format!("{}.com", label(DomainName::LABEL_LIMIT)),
        of_length(DomainName::LIMIT),
    ];
    let drawn = list(labels(), 1..4).prop_map(|labels| format!("{}.example", labels.join(".")));
    prop_oneof![3 => select(Vec::from(texts)), 2 => drawn]
        .prop_filter_map("a domain name", |text| DomainName::new(&text).ok())
}

/// Domain names with a wildcard as their leftmost label.
///
/// ```
/// use cert_lifecycle::testing::strategy::wildcard_names;
/// use proptest::prelude::*;
/// proptest!(|(name in wildcard_names())| prop_assert!(name.is_wildcard()));
/// ```
pub fn wildcard_names() -> impl Strategy<Value = DomainName> {
    single_names().prop_map(|name| {
        // The longest has no room for a wildcard.
        let with = DomainName::new(&format!("*.{name}"));
        with.or_else(|_| {
            DomainName::new(&format!(
                "*.{}",
                of_length(DomainName::LIMIT.saturating_sub(2))
            ))
        })
        .unwrap_or(name)
    })
}

/// Domain names, with and without a wildcard.
///
/// ```
/// use cert_lifecycle::model::DomainName;
/// use cert_lifecycle::testing::strategy::names;
/// use proptest::prelude::*;
/// proptest!(|(name in names())| {
///     prop_assert_eq!(DomainName::new(name.as_str()), Ok(name));
/// });
/// ```
pub fn names() -> impl Strategy<Value = DomainName> {
    prop_oneof![3 => single_names(), 1 => wildcard_names()]
}

/// Texts that are no domain name, each by one rule. Every [`NameError`](crate::model::name::NameError) is
/// among what they are refused for.
///
/// ```
/// use cert_lifecycle::model::DomainName;
/// use cert_lifecycle::testing::strategy::nearly_names;
/// use proptest::prelude::*;
/// proptest!(|(text in nearly_names())| prop_assert!(DomainName::new(&text).is_err()));
/// ```
pub fn nearly_names() -> impl Strategy<Value = String> {
    let fixed = [
        String::new(),
        String::from("localhost"),
        String::from("*.com"),
        String::from("*"),
        String::from("192.0.2.1"),
        format!("{}.com", label(DomainName::LABEL_LIMIT.saturating_add(1))),
        of_length(DomainName::LIMIT.saturating_add(1)),
    ];
    let before = [
        ".", "*.*.", "w*.", "www.*.", "a_b.", "a b.", "a\0.", "bücher.", "-a.", "a-.", "ab--c.",
        "a..",
    ];
    let behind = [".", "..com", ".1", ".com ", ":443"];
    let base = || labels().prop_map(|label| format!("{label}.example"));
    prop_oneof![
        2 => select(Vec::from(fixed)),
        3 => (select(Vec::from(before)), base()).prop_map(|(wrong, name)| format!("{wrong}{name}")),
        1 => (base(), select(Vec::from(behind))).prop_map(|(name, wrong)| format!("{name}{wrong}")),
    ]
}

/// Contacts: of a person and of a company, and with every field as long as it may be.
///
/// ```
/// use cert_lifecycle::testing::strategy::applicants;
/// use proptest::prelude::*;
/// proptest!(|(applicant in applicants())| prop_assert!(applicant.email().contains('@')));
/// ```
pub fn applicants() -> impl Strategy<Value = Applicant> {
    let longest = [
        "n".repeat(Applicant::NAME_LIMIT),
        "1".repeat(Applicant::PHONE_LIMIT),
        longest_address(0),
    ];
    let contacts = Vec::from([
        ["Tom", "13900000000", "tom@example.com"].map(String::from),
        ["汤姆", "+86 139 0000 0000", "a@b"].map(String::from),
        longest,
    ]);
    let companies = Vec::from([
        None,
        Some(String::from("Example Ltd")),
        Some("c".repeat(Company::NAME_LIMIT)),
    ]);
    (select(contacts), select(companies)).prop_filter_map("a contact", |(contact, company)| {
        let [name, phone, email] = contact;
        let person = Applicant::new(&name, &phone, &email).ok()?;
        Some(match company {
            Some(name) => person.for_company(Company::new(&name).ok()?),
            None => person,
        })
    })
}

/// An address of as many bytes as it may have, and some more.
fn longest_address(more: usize) -> String {
    let end = "@example.com";
    let bytes = Applicant::EMAIL_LIMIT.saturating_add(more);
    let local = "e".repeat(bytes.saturating_sub(end.len()));
    format!("{local}{end}")
}

/// Name, phone number and address of which exactly one is not as it should be: empty, blank, too long
/// by a byte, with a control character, or an address without its two parts.
///
/// ```
/// use cert_lifecycle::model::Applicant;
/// use cert_lifecycle::testing::strategy::nearly_applicants;
/// use proptest::prelude::*;
/// proptest!(|([name, phone, email] in nearly_applicants())| {
///     prop_assert!(Applicant::new(&name, &phone, &email).is_err());
/// });
/// ```
pub fn nearly_applicants() -> impl Strategy<Value = [String; 3]> {
    let bad = |limit: usize| {
        let long = "1".repeat(limit.saturating_add(1));
        Vec::from([String::new(), String::from(" "), String::from("a\nb"), long])
    };
    let addresses = [
        String::from("tom"),
        String::from("@example.com"),
        String::from("tom@"),
        String::from("tom@example@com"),
        longest_address(1),
    ];
    let addresses = [bad(Applicant::EMAIL_LIMIT), Vec::from(addresses)].concat();
    let tom = || ["Tom", "13900000000", "tom@example.com"].map(String::from);
    prop_oneof![
        select(bad(Applicant::NAME_LIMIT)).prop_map(move |name| {
            let [_, phone, email] = tom();
            [name, phone, email]
        }),
        select(bad(Applicant::PHONE_LIMIT)).prop_map(move |phone| {
            let [name, _, email] = tom();
            [name, phone, email]
        }),
        select(addresses).prop_map(move |email| {
            let [name, phone, _] = tom();
            [name, phone, email]
        }),
    ]
}
