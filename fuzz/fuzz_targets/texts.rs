//! Names, instants, days, offsets, ids and words of interfaces: what is read prints, and what was
//! printed is read as the same.
#![no_main]

use core::fmt::{Debug, Display};
use core::str::FromStr;

use cert_lifecycle::lifecycle::v2::{CompanyId, ContactId};
use cert_lifecycle::model::time::SECONDS_PER_DAY;
use cert_lifecycle::model::{
    AccountId, Applicant, ChainId, Currency, DomainName, EditionKey, InstanceId, Note, Offset,
    OrderId, PlanId, ProductCode, PurchaseId, Target, Timestamp, TopLevel,
};
use cert_lifecycle::port::{IdempotencyKey, RequestId};
use cert_lifecycle::rulebook::SourceKey;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = core::str::from_utf8(data) else {
        return;
    };
    ids(text);
    instants(text);
    names(text);
    if let Ok(note) = Note::new(text) {
        assert_eq!(note.as_str(), text);
        assert_eq!(Note::lossy(text), note);
    }
    let note = Note::lossy(text);
    assert_eq!(Note::new(note.as_str()).as_ref(), Ok(&note));
    if let Ok(currency) = Currency::new(text) {
        assert_eq!(Currency::new(currency.as_str()), Ok(currency));
    }
    let mut parts = text.splitn(3, '\n');
    if let (Some(name), Some(phone), Some(email)) = (parts.next(), parts.next(), parts.next())
        && let Ok(applicant) = Applicant::new(name, phone, email)
    {
        assert_eq!((applicant.name(), applicant.phone()), (name, phone));
        assert_eq!(applicant.email(), email);
    }
});

/// Reads, prints and reads again.
fn prints<T: FromStr<Err: Debug> + Display + Debug + PartialEq>(text: &str) -> Option<T> {
    let value: T = text.parse().ok()?;
    let printed = value.to_string();
    assert_eq!(
        printed.parse::<T>().expect("what was printed is read"),
        value
    );
    Some(value)
}

fn ids(text: &str) {
    macro_rules! inline {
        ($($id:ty: $longest:literal),*) => {
            $(if prints::<$id>(text).is_some() {
                assert!(text.len() <= $longest && text.bytes().all(|byte| byte.is_ascii_graphic()));
                assert_eq!(<$id>::new(text).expect("read before").as_str(), text);
            })*
        };
    }
    inline!(
        AccountId: 39, ChainId: 39, InstanceId: 39, PlanId: 39, PurchaseId: 39, Target: 15,
        TopLevel: 15, ProductCode: 39, EditionKey: 39, SourceKey: 7, IdempotencyKey: 64,
        RequestId: 64, CompanyId: 39, ContactId: 39
    );
    if let Some(id) = prints::<OrderId>(text) {
        assert!((1..=i64::MAX as u64).contains(&id.get()));
    }
}

fn instants(text: &str) {
    if let Some(offset) = prints::<Offset>(text) {
        assert!(offset.minutes().unsigned_abs() < 1_440);
    }
    let Some(at) = prints::<Timestamp>(text) else {
        return;
    };
    assert!((Timestamp::MIN..=Timestamp::MAX).contains(&at));
    assert_eq!(Timestamp::from_unix_seconds(at.unix_seconds()), Ok(at));
    for hours in [-23, 0, 8, 23] {
        let offset = Offset::hours(hours);
        let day = at.day_in(offset);
        let midnight = day.midnight(offset);
        // The first and the last day reach out of the range.
        if midnight != Timestamp::MIN {
            let since = at.unix_seconds() - midnight.unix_seconds();
            assert!((0..SECONDS_PER_DAY).contains(&since), "{at} {hours}");
        }
        if let Some(date) = day.to_date() {
            let shown = at.in_offset(offset).to_string();
            assert_eq!(shown.parse(), Ok(at), "{shown} {date}");
        }
    }
}

fn names(text: &str) {
    if let Some(name) = prints::<DomainName>(text) {
        let shown = name.as_str();
        assert!(shown.len() <= DomainName::LIMIT && shown.is_ascii());
        assert!(shown.eq_ignore_ascii_case(text));
        assert_eq!(name.is_wildcard(), shown != name.base());
        assert!(name.base().ends_with(name.top_level()));
        let unicode = name.to_unicode();
        let back = DomainName::from_unicode(&unicode);
        // One with a label that only looks like an A-label is shown as it stands.
        assert!(back.as_ref() == Ok(&name) || unicode == shown, "{unicode}");
    }
    match DomainName::from_unicode(text) {
        Ok(name) => {
            assert_eq!(DomainName::new(name.as_str()).as_ref(), Ok(&name));
            let unicode = name.to_unicode();
            assert_eq!(
                DomainName::from_unicode(&unicode).as_ref(),
                Ok(&name),
                "{unicode}"
            );
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
