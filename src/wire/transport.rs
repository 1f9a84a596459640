//! The wire as a service of requests with any body.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::convert::Infallible;
use core::fmt;
use core::future::poll_fn;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::{Buf, Bytes};
use http::{Request, Response};
use http_body::{Frame, SizeHint};
use zeroize::Zeroizing;

use super::{Answered, Fault, Wire};
use crate::port::BoxFuture;

/// Has a task run to its end, whoever waits for it.
pub(super) type Spawn = Arc<dyn Fn(BoxFuture<'static, ()>) + Send + Sync>;

/// The body of a response, in one piece. It is overwritten when the last copy of it is dropped; copies
/// that a transport makes are its own affair.
#[derive(Clone, Default)]
pub struct Body(Option<Bytes>);

/// Its length alone: it may hold a private key.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.0.as_ref().map_or(0, Bytes::len);
        f.debug_struct("Body").field("length", &length).finish()
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Some(Bytes::from_owner(Zeroizing::new(bytes))).filter(|bytes| !bytes.is_empty()))
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let length = self.0.as_ref().map_or(0, Bytes::len);
        SizeHint::with_exact(u64::try_from(length).unwrap_or(u64::MAX))
    }
}

/// The whole body, if it is within the limit.
async fn collected<B: http_body::Body>(body: B, most: usize) -> Result<Vec<u8>, Fault> {
    let announced = body.size_hint().lower();
    let announced = usize::try_from(announced).unwrap_or(usize::MAX);
    if announced > most {
        return Err(Fault::too_large("the body"));
    }
    let mut whole = Zeroizing::new(Vec::with_capacity(announced));
    let mut body = pin!(body);
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let unreadable = |_| Fault::new(400, "InvalidBody", "The body can't be read.".into());
        // Trailers say nothing here.
        let Ok(mut data) = frame.map_err(unreadable)?.into_data() else {
            continue;
        };
        let length = whole.len().saturating_add(data.remaining());
        if length > most {
            return Err(Fault::too_large("the body"));
        }
        if length > whole.capacity() {
            // What is grown out of is overwritten.
            let mut larger = Vec::with_capacity(length.saturating_mul(2).min(most));
            larger.extend_from_slice(&whole);
            whole = Zeroizing::new(larger);
        }
        while data.has_remaining() {
            let piece = data.chunk();
            let taken = piece.len();
            whole.extend_from_slice(piece);
            data.advance(taken);
        }
    }
    Ok(core::mem::take(&mut *whole))
}

impl Answered {
    /// The response, with the [`Record`](super::Record) in its extensions.
    #[must_use]
    pub fn into_response(self) -> Response<Body> {
        let mut response = self.response.map(Body::from);
        response.extensions_mut().insert(self.record);
        response
    }
}

impl Wire {
    /// Reads a body within [`Limits::body`](super::Limits::body), answers the request, and puts the
    /// [`Record`](super::Record) into the extensions of the response.
    ///
    /// This is what the [`tower_service::Service`] does. Where the wire has an executor
    /// ([`Builder::spawning`](super::Builder::spawning)), only the reading of the body ends with the
    /// future; otherwise all of it does.
    pub async fn serve<B: http_body::Body>(&self, request: Request<B>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let body = match collected(body, self.limits().body).await {
            Ok(body) => body,
            Err(fault) => return self.refuse(&parts, &fault).into_response(),
        };
        let Some(spawn) = &self.0.spawn else {
            let request = Request::from_parts(parts, body);
            return self.answer(request).await.into_response();
        };
        let (wire, slot) = (self.clone(), Arc::new(Slot::default()));
        let sender = Sender(Arc::clone(&slot));
        let request = Request::from_parts(parts.clone(), body);
        spawn(Box::pin(async move {
            let answered = wire.answer(request).await;
            sender.0.state().answered = Some(answered);
        }));
        let answered = poll_fn(|context| slot.poll(context)).await;
        let answered = answered.unwrap_or_else(|| {
            let why =
                "The service failed. It may have been carried out: look before calling again.";
            self.refuse(&parts, &Fault::internal(why))
        });
        answered.into_response()
    }
}

/// Where a task leaves its answer.
#[derive(Default)]
struct Slot(Mutex<State>);

#[derive(Default)]
struct State {
    answered: Option<Answered>,
    ended: bool,
    waker: Option<Waker>,
}

/// Tells of the end of the task, whether it answered, panicked or was dropped.
struct Sender(Arc<Slot>);

impl Drop for Sender {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.ended = true;
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Slot {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer; none if the task ended without one.
    fn poll(&self, context: &Context<'_>) -> Poll<Option<Answered>> {
        let mut state = self.state();
        if state.ended {
            return Poll::Ready(state.answered.take());
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl<B> tower_service::Service<Request<B>> for Wire
where
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let wire = self.clone();
        Box::pin(async move { Ok(wire.serve(request).await) })
    }
}
