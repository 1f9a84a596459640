//! The wire behind a transport: bodies of any kind, callers who go away, and what a log is told.
#![allow(
    missing_docs,
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops where it fails; not every test uses the whole kit"
)]

#[path = "support/wire.rs"]
mod kit;

use std::collections::VecDeque;
use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use cert_lifecycle::adapter::ManualClock;
use cert_lifecycle::port::BoxFuture;
use cert_lifecycle::service::ServiceError;
use cert_lifecycle::wire::{
    Asked, Body, Done, Fault, Limits, Operation, Perform, Record, Scheme, SeededRequestIds, Wire,
};
use http::{Request, Response};
use http_body::{Body as _, Frame};
use kit::{LASTING, NOW, Plain, answer, at, builder, keys};
use serde_json::Value;

const STATE: &str = "DescribePackageState";
const FORM: &str = "application/x-www-form-urlencoded";

/// A body in pieces; a piece that is none breaks off.
struct Pieces(VecDeque<Option<&'static [u8]>>);

impl http_body::Body for Pieces {
    type Data = &'static [u8];
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<&'static [u8]>, io::Error>>> {
        Poll::Ready(self.0.pop_front().map(|piece| match piece {
            Some(bytes) => Ok(Frame::data(bytes)),
            None => Err(io::Error::other("it broke off")),
        }))
    }
}

fn whole(response: Response<Body>) -> Vec<u8> {
    let mut body = pin!(response.into_body());
    let mut context = Context::from_waker(Waker::noop());
    let mut bytes = Vec::new();
    while let Poll::Ready(Some(Ok(frame))) = body.as_mut().poll_frame(&mut context) {
        bytes.extend_from_slice(&frame.into_data().unwrap());
    }
    assert!(body.is_end_stream());
    bytes
}

fn code(response: Response<Body>) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = serde_json::from_slice(&whole(response)).unwrap();
    assert_eq!(body["RequestId"].as_str().unwrap().len(), 36);
    (status, body["Code"].as_str().unwrap().to_owned())
}

#[test]
fn a_body_is_read_within_the_limit_of_the_wire() {
    let mut limits = Limits::USUAL;
    limits.body = 6;
    let wire = builder(keys(), at(NOW)).with_limits(limits).build();
    let served = |pieces: &[Option<&'static [u8]>]| {
        let body = Pieces(pieces.iter().copied().collect());
        let request = Request::post("/").header("content-type", FORM);
        code(pollster::block_on(wire.serve(request.body(body).unwrap())))
    };
    let told = |status: u16, code: &str| (status, code.to_owned());
    let piece = |text: &'static str| Some(text.as_bytes());
    assert_eq!(served(&[]), told(400, "IncompleteSignature"));
    assert_eq!(
        served(&[piece("A=1"), piece("&"), piece("B=")]),
        told(400, "IncompleteSignature")
    );
    // It is read, not only counted.
    assert_eq!(
        served(&[piece("A=1&"), piece("A=")]),
        told(400, "InvalidParameter")
    );
    assert_eq!(
        served(&[piece("A=1"), piece("&B=2")]),
        told(413, "RequestTooLarge")
    );
    assert_eq!(served(&[piece("A=1"), None]), told(400, "InvalidBody"));
    // As long as it may be, and it says so.
    let request = Request::post("/").body(Body::from(vec![b'A'; 6])).unwrap();
    let (status, _) = code(pollster::block_on(wire.serve(request)));
    assert_ne!(status, 413);
    // What says that it is longer is not read at all.
    let request = Request::post("/").body(Body::from(vec![0; 7])).unwrap();
    assert_eq!(
        code(pollster::block_on(wire.serve(request))),
        told(413, "RequestTooLarge")
    );
}

#[test]
fn a_signed_form_arrives_whole() {
    let mut plain = Plain::new(STATE, &[]);
    plain.form = vec![("ProductCode".to_owned(), "x".repeat(3_000))];
    let (parts, body) = plain.by_header(&[]).into_parts();
    let body: &'static [u8] = body.leak();
    let pieces = body.chunks(7).map(Some).collect();
    let wire = builder(keys(), at(NOW)).build();
    let response = pollster::block_on(wire.serve(Request::from_parts(parts, Pieces(pieces))));
    assert_eq!(code(response), (404, "NotFoundPackage".to_owned()));
}

#[test]
fn a_fault_of_the_transport_is_told_as_the_api_tells_faults() {
    let wire = builder(keys(), at(NOW)).build();
    let request = Request::get("http://cas.example.com/?A=1&Format=XML");
    let (parts, ()) = request.body(()).unwrap().into_parts();
    let late = Fault::new(408, "RequestTimeout", "Late.".to_owned());
    let answered = wire.refuse(&parts, &late);
    assert_eq!(answered.response.status(), 408);
    let body = String::from_utf8(answered.response.body().clone()).unwrap();
    let id = &answered.record.request_id;
    assert!(body.ends_with(&format!(
        "<Error><Code>RequestTimeout</Code><Message>Late.</Message><RequestId>{id}</RequestId>\
         <HostId>cas.example.com</HostId></Error>"
    )));
    assert_eq!(answered.record.code, Some("RequestTimeout"));
}

/// Does its work in two steps, and notes them.
#[derive(Clone, Default)]
struct Slow(Arc<Mutex<Vec<&'static str>>>);

impl Slow {
    fn steps(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

impl Perform for Slow {
    fn perform<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<Done, Fault>> {
        Box::pin(async move {
            assert_eq!((asked.key, asked.request_id.len()), (LASTING.0, 36));
            self.0.lock().unwrap().push("first");
            let mut waited = false;
            std::future::poll_fn(|_| {
                let before = std::mem::replace(&mut waited, true);
                if before {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
            self.0.lock().unwrap().push("second");
            Ok(Done::with(Vec::new()))
        })
    }
}

type Tasks = Arc<Mutex<Vec<BoxFuture<'static, ()>>>>;

/// A wire whose tasks are polled by hand.
fn by_hand(desk: Slow) -> (Wire, Tasks) {
    let tasks = Tasks::default();
    let kept = Arc::clone(&tasks);
    let clock = Arc::new(ManualClock::new(at(NOW)));
    let ids = Arc::new(SeededRequestIds::new(1));
    let builder = Wire::builder(desk, Arc::new(keys()), clock, ids);
    let builder = builder.spawning(move |task| kept.lock().unwrap().push(task));
    (builder.build(), tasks)
}

fn signed() -> Request<Body> {
    Plain::new(STATE, &[]).by_header(&[]).map(Body::from)
}

#[test]
fn who_goes_away_leaves_nothing_half_done() {
    let desk = Slow::default();
    let (wire, tasks) = by_hand(desk.clone());
    let mut context = Context::from_waker(Waker::noop());
    {
        let mut served = pin!(wire.serve(signed()));
        assert!(served.as_mut().poll(&mut context).is_pending());
    }
    let mut task = tasks.lock().unwrap().pop().unwrap();
    assert!(task.as_mut().poll(&mut context).is_pending());
    assert_eq!(desk.steps(), 1);
    assert!(task.as_mut().poll(&mut context).is_ready());
    assert_eq!(desk.steps(), 2);
    // Without an executor the caller holds the work.
    let desk = Slow::default();
    let clock = Arc::new(ManualClock::new(at(NOW)));
    let ids = Arc::new(SeededRequestIds::new(1));
    let wire = Wire::new(desk.clone(), Arc::new(keys()), clock, ids);
    assert!(pin!(wire.serve(signed())).poll(&mut context).is_pending());
    assert_eq!(desk.steps(), 1);
}

#[test]
fn who_waits_is_answered_when_the_task_ends_or_is_lost() {
    let (wire, tasks) = by_hand(Slow::default());
    let mut context = Context::from_waker(Waker::noop());
    let mut served = pin!(wire.serve(signed()));
    assert!(served.as_mut().poll(&mut context).is_pending());
    let mut task = tasks.lock().unwrap().pop().unwrap();
    assert!(task.as_mut().poll(&mut context).is_pending());
    assert!(served.as_mut().poll(&mut context).is_pending());
    assert!(task.as_mut().poll(&mut context).is_ready());
    let Poll::Ready(response) = served.as_mut().poll(&mut context) else {
        panic!("the task has ended");
    };
    assert_eq!(response.status(), 200);
    let record = response.extensions().get::<Record>().unwrap();
    assert_eq!(record.operation, Some(Operation::DescribePackageState));
    assert_eq!(record.key.as_deref(), Some(LASTING.0));
    assert_eq!(record.account, Some(kit::account("lasting")));
    // A task that panics is dropped, as one of an executor that ends is.
    let (wire, tasks) = by_hand(Slow::default());
    let mut served = pin!(wire.serve(signed()));
    assert!(served.as_mut().poll(&mut context).is_pending());
    drop(tasks.lock().unwrap().pop());
    let Poll::Ready(response) = served.as_mut().poll(&mut context) else {
        panic!("the task was lost");
    };
    assert_eq!(code(response), (500, "Error".to_owned()));
}

/// Fails with what the service failed with.
struct Failing;

impl Perform for Failing {
    fn perform<'a>(&'a self, _: Asked<'a>) -> BoxFuture<'a, Result<Done, Fault>> {
        Box::pin(async { Err(ServiceError::Contended)? })
    }
}

#[test]
fn the_record_of_a_fault_names_what_is_searched_for() {
    let wire = builder(keys(), at(NOW)).build();
    let order = || Plain::new("DescribeCertificateState", &[("OrderId", "123")]);
    let answered = answer(&wire, &order().by_header(&[]));
    assert_eq!(answered.response.status(), 404);
    assert_eq!(
        answered
            .record
            .order
            .map(cert_lifecycle::model::OrderId::get),
        Some(123)
    );
    assert_eq!(answered.record.failure, None);
    let unoffered = Plain::new("RefundInstance", &[]).header("x-acs-signature-nonce", "2");
    let answered = answer(&wire, &unoffered.by_header(&[]));
    assert_eq!(answered.record.action, Some("RefundInstance"));
    assert_eq!(answered.record.operation, None);
    let clock = Arc::new(ManualClock::new(at(NOW)));
    let ids = Arc::new(SeededRequestIds::new(1));
    let wire = Wire::new(Failing, Arc::new(keys()), clock, ids);
    let answered = answer(&wire, &order().by_header(&[]));
    assert_eq!(answered.response.status(), 500);
    assert_eq!(
        answered.record.failure,
        Some(ServiceError::Contended.word())
    );
    assert_eq!(
        answered
            .record
            .order
            .map(cert_lifecycle::model::OrderId::get),
        Some(123)
    );
}

#[test]
fn a_scheme_can_be_left_out() {
    for (left_out, at_work) in [
        (Scheme::HmacSha1, Scheme::Acs3HmacSha256),
        (Scheme::Acs3HmacSha256, Scheme::HmacSha1),
    ] {
        let wire = builder(keys(), at(NOW)).without_scheme(left_out).build();
        let plain = Plain::new(STATE, &[]);
        for (scheme, request) in [
            (Scheme::Acs3HmacSha256, plain.by_header(&[])),
            (Scheme::HmacSha1, plain.by_parameters(&[])),
        ] {
            let answered = answer(&wire, &request);
            assert_eq!(
                answered.record.account.is_some(),
                scheme == at_work,
                "{scheme}"
            );
            if scheme == left_out {
                let code = answered.record.code;
                assert_eq!(code, Some("UnsupportedSignatureMethod"), "{scheme}");
                let message = kit::message(&answered);
                assert!(message.contains(&format!("kind {scheme}")), "{message}");
                assert!(
                    message.ends_with(&format!("here. {at_work} is.")),
                    "{message}"
                );
            }
        }
    }
}
