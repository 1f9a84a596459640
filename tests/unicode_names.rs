//! Domain names in Unicode: vectors, and laws.
#![cfg(feature = "idna")]
#![allow(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    reason = "tests stop on the first surprise"
)]

use cert_lifecycle::model::DomainName;
use cert_lifecycle::model::name::NameError;
use cert_lifecycle::model::unicode::UnicodeNameError::{self, Bidi, Name};
use proptest::prelude::*;

fn read(text: &str) -> Result<String, UnicodeNameError> {
    DomainName::from_unicode(text).map(|name| name.as_str().to_owned())
}

const fn character(label: usize, character: char) -> UnicodeNameError {
    UnicodeNameError::Character { label, character }
}

#[test]
fn names_and_their_a_labels() {
    for (text, ascii) in [
        ("www.example.com", "www.example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.Example", "xn--bcher-kva.example"),
        // u and a combining diaeresis are one letter.
        ("bu\u{308}cher.example", "xn--bcher-kva.example"),
        ("b\u{AD}ücher.example", "xn--bcher-kva.example"),
        ("例子.测试", "xn--fsqu00a.xn--0zwm56d"),
        // Nontransitional: ß and the final sigma are letters of their own.
        ("faß.example", "xn--fa-hia.example"),
        ("FAẞ.example", "xn--fa-hia.example"),
        ("βόλος.example", "xn--nxasmm1c.example"),
        // A joiner after a virama.
        ("ශ්‍රී.example", "xn--10cl1a0b660p.example"),
        ("نامه\u{200C}ای.example", "xn--mgba3gch31f060k.example"),
        // The three dots that are mapped, and wide letters.
        ("例子。测试", "xn--fsqu00a.xn--0zwm56d"),
        ("例子．测试", "xn--fsqu00a.xn--0zwm56d"),
        ("例子｡测试", "xn--fsqu00a.xn--0zwm56d"),
        ("ｗｗｗ．ｅｘａｍｐｌｅ．ｃｏｍ", "www.example.com"),
        // A-labels alone and beside others; both are verified.
        ("xn--bcher-kva.例子", "xn--bcher-kva.xn--fsqu00a"),
        ("XN--BCHER-KVA.Example", "xn--bcher-kva.example"),
        ("ｘｎ--bcher-kva.example", "xn--bcher-kva.example"),
        // Wildcards.
        ("*.bücher.example", "*.xn--bcher-kva.example"),
        ("*。bücher.example", "*.xn--bcher-kva.example"),
        ("*.xn--bcher-kva.example", "*.xn--bcher-kva.example"),
        // From right to left.
        ("אבג.example", "xn--4dbcd.example"),
        ("مثال.إختبار", "xn--mgbh0fb.xn--kgbechtv"),
        // Punctuation in its context.
        ("col·lecció.example", "xn--collecci-ioa91d.example"),
        ("צ׳ק.example", "xn--rebc9a.example"),
        ("͵α.example", "xn--wva4j.example"),
        ("二〇.example", "xn--w6jt23g.example"),
        ("コーヒー・カフェ.example", "xn--hckhx8jqa0ufb.example"),
    ] {
        assert_eq!(read(text).as_deref(), Ok(ascii), "{text}");
    }
}

#[test]
fn names_are_shown_as_people_read_them() {
    for (ascii, shown) in [
        ("www.example.com", "www.example.com"),
        ("xn--bcher-kva.example", "bücher.example"),
        ("*.xn--bcher-kva.example", "*.bücher.example"),
        ("xn--fa-hia.example", "faß.example"),
        // No A-label: shown as it stands, the good label with it.
        (
            "xn--zzzz9999.xn--bcher-kva.example",
            "xn--zzzz9999.xn--bcher-kva.example",
        ),
        // Valid Punycode for a snowman, which IDNA 2008 does not know.
        ("xn--n3h.example", "xn--n3h.example"),
    ] {
        let name = DomainName::new(ascii).unwrap();
        assert_eq!(name.to_unicode(), shown);
    }
}

#[test]
fn each_refusal_has_its_error() {
    let a_label = |label| UnicodeNameError::ALabel { label };
    let joiner = |label| UnicodeNameError::Joiner { label };
    for (text, error) in [
        ("", Name(NameError::Empty)),
        ("。", Name(NameError::EmptyLabel)),
        ("bücher", Name(NameError::SingleLabel)),
        ("bücher。。example", Name(NameError::EmptyLabel)),
        (".bücher.example", Name(NameError::EmptyLabel)),
        // A label of nothing but characters that are dropped.
        ("\u{AD}.example", Name(NameError::EmptyLabel)),
        ("bücher.example.", Name(NameError::TrailingDot)),
        ("bücher.example。", Name(NameError::TrailingDot)),
        ("bücher.１２", Name(NameError::NumericTopLevel)),
        ("-bücher.example", Name(NameError::Hyphen)),
        ("bücher-.example", Name(NameError::Hyphen)),
        ("bü--cher.example", Name(NameError::Reserved)),
        // What it begins or ends with comes first.
        ("bü--cher-.example", Name(NameError::Hyphen)),
        ("ab--cd.bücher.example", Name(NameError::Reserved)),
        ("*", Name(NameError::Wildcard)),
        ("*bücher.example", Name(NameError::Wildcard)),
        ("*.*.bücher.example", Name(NameError::Wildcard)),
        ("www.*.bücher.example", Name(NameError::Wildcard)),
        ("＊.bücher.example", character(1, '＊')),
        // Letters, digits and hyphens of ASCII only.
        ("bü_cher.example", character(1, '_')),
        ("bü cher.example", character(1, ' ')),
        ("*.bücher.a_b", character(3, '_')),
        ("bü\0cher.example", character(1, '\0')),
        ("bü≠.example", character(1, '≠')),
        // UTS #46 would let these pass.
        ("☃.example", character(1, '☃')),
        ("i❤.example", character(1, '❤')),
        ("𝅘𝅥.example", character(1, '\u{1D158}')),
        ("a·b.example", character(1, '·')),
        ("al·b.example", character(1, '·')),
        ("a·la.example", character(1, '·')),
        ("׳ק.example", character(1, '׳')),
        ("α͵.example", character(1, '͵')),
        ("اـب.example", character(1, 'ـ')),
        ("〱.example", character(1, '〱')),
        ("ᄀ.example", character(1, 'ᄀ')),
        ("a・b.example", character(1, '・')),
        ("٠۰.example", Bidi),
        ("ا٠۰.example", Bidi),
        (
            "\u{308}u.example",
            UnicodeNameError::LeadingMark { label: 1 },
        ),
        // Joiners out of place.
        ("a\u{200D}b.example", joiner(1)),
        ("example.a\u{200C}b", joiner(2)),
        // Directions.
        ("aא.example", Bidi),
        ("אa.example", Bidi),
        ("0א.example", Bidi),
        // A digit may begin a label, unless another one is written from right to left.
        ("0a.אב", Bidi),
        // No A-labels: not decodable, of ASCII only, of nothing, of what is not allowed.
        ("xn--zzzz9999.example", a_label(1)),
        ("*.xn--bücher.example", a_label(2)),
        ("bücher.xn--abc-.example", a_label(2)),
        ("xn--.example", a_label(1)),
        ("xn--a.example", a_label(1)),
        ("ＸＮ--zzzz9999.example", a_label(1)),
        // Of an uppercase letter, which a right encoder would have folded.
        ("xn--bcher-2pa.example", a_label(1)),
        ("xn--n3h.example", character(1, '☃')),
    ] {
        assert_eq!(read(text), Err(error), "{text:?}");
    }
    assert_eq!(
        UnicodeNameError::TooLong(0).to_string(),
        format!(
            "the name has 0 bytes in UTF-8, at most {} are read",
            DomainName::UNICODE_LIMIT
        )
    );
    assert_eq!(
        character(2, '☃').to_string(),
        "label 2 has the character U+2603, which is not allowed there"
    );
}

#[test]
fn lengths_are_those_of_the_a_labels() {
    // 58 letters ü are 63 bytes, one more is 64.
    let label = |count: usize| "ü".repeat(count);
    let longest = (1..99).take_while(|count| read(&format!("{}.example", label(*count))).is_ok());
    let longest = longest.last().unwrap();
    let ascii = read(&format!("{}.example", label(longest))).unwrap();
    assert_eq!(ascii.split('.').next().unwrap().len(), 63);
    assert_eq!(
        read(&format!("{}.example", label(longest + 1))),
        Err(Name(NameError::LabelTooLong(64)))
    );
    let long = label(longest);
    let four = format!("{long}.{long}.{long}.{long}");
    assert_eq!(read(&four), Err(Name(NameError::TooLong(255))));

    // So many characters that they are not encoded: handed in, and once a square is spelt out.
    let most = format!("{}ü.ab", "a".repeat(999));
    assert_eq!(read(&most), Err(Name(NameError::TooLong(1_011))));
    let long = format!("{}ü.ab", "a".repeat(1_000));
    assert_eq!(read(&long), Err(Name(NameError::LabelTooLong(1_001))));
    let long = format!("ab.{}.ab", "㌖".repeat(300));
    assert_eq!(read(&long), Err(Name(NameError::LabelTooLong(1_800))));

    let limit = DomainName::UNICODE_LIMIT;
    let filled = |bytes: usize| format!("{}.example", "\u{AD}".repeat((bytes - 8) / 2));
    assert_eq!(read(&filled(limit)), Err(Name(NameError::EmptyLabel)));
    assert_eq!(
        read(&filled(limit + 2)),
        Err(UnicodeNameError::TooLong(limit + 2))
    );
}

/// Texts of pieces that make names, and names that almost are.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z0-9-]{1,8}".prop_map(|text| text),
        3 => Just(".".to_owned()),
        1 => prop::sample::select(vec!["。", "．", "｡", "*.", "*", "xn--", "XN--", "_", ""]).prop_map(str::to_owned),
        2 => prop::sample::select(vec!["ü", "Ü", "ß", "ς", "例", "测", "א", "ب", "٠", "۰", "क्", "·", "l", "・", "ア", "☃", "＊", "ｘｎ--"]).prop_map(str::to_owned),
        1 => prop::sample::select(vec!["\u{200C}", "\u{200D}", "\u{AD}", "\u{308}", "\u{FFFD}", "\u{E000}"]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Names that are mostly good: labels of one script each.
fn names() -> impl Strategy<Value = String> {
    let label = prop_oneof![
        "[a-z][a-z0-9]{0,6}".prop_map(|text| text),
        "[äöüßéñA-Za-z]{1,8}",
        "[例子测试中文]{1,5}",
        "[α-ω]{1,8}",
        "[а-яА-Я]{1,8}",
        "[א-ת]{1,8}",
    ];
    (any::<bool>(), prop::collection::vec(label, 2..5)).prop_map(|(wildcard, labels)| {
        let star = if wildcard { "*." } else { "" };
        format!("{star}{}", labels.join("."))
    })
}

/// What holds for every text.
fn laws(text: &str) -> Result<(), TestCaseError> {
    let Ok(name) = DomainName::from_unicode(text) else {
        return Ok(());
    };
    prop_assert_eq!(DomainName::new(name.as_str()), Ok(name.clone()));
    prop_assert_eq!(name.is_wildcard(), text.starts_with('*'));
    // Reading again changes nothing, from A-labels or from what is shown.
    prop_assert_eq!(DomainName::from_unicode(name.as_str()), Ok(name.clone()));
    let shown = name.to_unicode();
    // In the middle of a label the four characters mean nothing.
    prop_assert!(
        !shown.split('.').any(|label| label.starts_with("xn--")),
        "{}",
        shown
    );
    prop_assert_eq!(DomainName::from_unicode(&shown), Ok(name));
    Ok(())
}

proptest! {
    #[test]
    fn any_text_has_an_answer(text in any::<String>()) {
        laws(&text)?;
    }

    #[test]
    fn any_pieces_have_an_answer(text in pieces()) {
        laws(&text)?;
    }

    #[test]
    fn names_come_back(text in names()) {
        laws(&text)?;
        let upper = DomainName::from_unicode(&text.to_uppercase());
        if !text.contains(['ß', 'ς']) {
            prop_assert_eq!(upper, DomainName::from_unicode(&text));
        }
    }

    /// Without Unicode and A-labels it is the same question as for any name.
    #[test]
    fn ascii_is_read_as_ever(text in "(\\*\\.)?[a-zA-Z0-9.-]{0,40}") {
        prop_assume!(!text.to_ascii_lowercase().contains("xn--"));
        prop_assert_eq!(DomainName::from_unicode(&text).ok(), DomainName::new(&text).ok());
    }

    /// Every name can be shown, also one whose A-labels nobody verified.
    #[test]
    fn every_name_is_shown(label in "xn--[a-z0-9-]{1,20}", star in any::<bool>()) {
        let star = if star { "*." } else { "" };
        if let Ok(name) = DomainName::new(&format!("{star}{label}.example")) {
            let shown = name.to_unicode();
            prop_assert!(shown == name.as_str() || DomainName::from_unicode(&shown) == Ok(name));
        }
    }
}
