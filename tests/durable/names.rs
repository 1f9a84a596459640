//! Lists by name, where an account has few names below it and where it has many.

use std::num::NonZeroU32;

use cert_lifecycle::model::{Applicant, Curve, KeyKind, Payment, Submission, ValidationMethod};
use cert_lifecycle::port::{Filter, KeyRows, Store};

use super::life::{Around, account, product};

/// More names than a store takes for few.
const MANY: usize = 1_100;

/// Pages through what is below a name, with pages of this size.
async fn below(store: &dyn Store, suffix: &str, page: usize) -> Vec<String> {
    let filter = Filter {
        name_suffix: Some(suffix.parse().unwrap()),
        ..Filter::default()
    };
    let (mut names, mut before) = (Vec::new(), None);
    loop {
        let rows = store.list(account(), filter.clone(), before, page).await;
        let rows = rows.unwrap();
        assert!(rows.len() <= page);
        names.extend(rows.iter().map(|row| row.entry.names[0].to_string()));
        match rows.last() {
            Some(last) if rows.len() == page => before = Some(last.position),
            _ => return names,
        }
    }
}

/// Each name is found once, the newest first, whichever way the store looks for it.
pub(crate) async fn each_is_found_once<S: Store + KeyRows + Clone + 'static>(store: &S) {
    let around = Around::new();
    let service = around.service(store, 1);
    let units = NonZeroU32::new(2_000).unwrap();
    let bought = service.buy_plan(account(), product(), units, Payment::NONE);
    bought.await.unwrap();
    let mut expected = Vec::new();
    for number in 0..MANY {
        let half = if number < 100 { "few" } else { "many" };
        let name = format!("host-{number}.{half}.example.com");
        let applicant = Applicant::new("Tom", "13900000000", "username@example.com").unwrap();
        let key = KeyKind::Ec(Curve::P256);
        let name_given = name.parse().unwrap();
        let wanted = Submission::request(name_given, applicant, ValidationMethod::Dns, key);
        let submitted = service.submit(account(), product().code, wanted);
        submitted.await.unwrap();
        expected.insert(0, name);
    }
    assert_eq!(below(store, "example.com", 300).await, expected);
    let of = |half: &str| -> Vec<String> {
        let own = expected.iter().filter(|name| name.contains(half));
        own.cloned().collect()
    };
    assert_eq!(below(store, "few.example.com", 30).await, of(".few."));
    assert_eq!(below(store, "many.example.com", 999).await, of(".many."));
    let one = "host-1099.many.example.com";
    assert_eq!(below(store, one, 5).await, [one]);
}
