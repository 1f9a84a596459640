//! How deep a file is nested, looked at before anything is built of it.
//!
//! `toml` bounds the levels of brackets and the parts of one dotted key, but not the two together: a
//! table of a few thousand levels would overflow the stack when it is dropped.

use toml_parser::parser::{EventReceiver, parse_document};
use toml_parser::{ErrorSink, Source, Span};

/// The most levels of brackets, and the most parts of a dotted key. No value of a rulebook comes
/// near it.
pub(super) const MAX_DEPTH: usize = 16;

/// The byte at which a file is nested deeper than [`MAX_DEPTH`], if it is.
pub(super) fn too_deep(text: &str) -> Option<usize> {
    let source = Source::new(text);
    let tokens = source.lex().into_vec();
    let mut depth = Depth::default();
    // What is no TOML is reported when it is parsed in earnest.
    parse_document(&tokens, &mut depth, &mut ());
    depth.exceeded
}

#[derive(Default)]
struct Depth {
    open: usize,
    dots: usize,
    exceeded: Option<usize>,
}

impl Depth {
    fn check(&mut self, at: Span) -> bool {
        let fits = self.open <= MAX_DEPTH && self.dots < MAX_DEPTH;
        if !fits && self.exceeded.is_none() {
            self.exceeded = Some(at.start());
        }
        fits
    }

    fn opened(&mut self, at: Span) -> bool {
        self.open = self.open.saturating_add(1);
        self.check(at)
    }

    const fn closed(&mut self) {
        self.open = self.open.saturating_sub(1);
    }
}

impl EventReceiver for Depth {
    fn inline_table_open(&mut self, at: Span, _: &mut dyn ErrorSink) -> bool {
        self.opened(at)
    }

    fn inline_table_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.closed();
    }

    fn array_open(&mut self, at: Span, _: &mut dyn ErrorSink) -> bool {
        self.opened(at)
    }

    fn array_close(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.closed();
    }

    fn key_sep(&mut self, at: Span, _: &mut dyn ErrorSink) {
        self.dots = self.dots.saturating_add(1);
        self.check(at);
    }

    fn key_val_sep(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.dots = 0;
    }

    fn std_table_open(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.dots = 0;
    }

    fn array_table_open(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.dots = 0;
    }

    fn newline(&mut self, _: Span, _: &mut dyn ErrorSink) {
        self.dots = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn each_line_has_its_own_depth() {
        let header = "[a.b.c.d.e.f.g.h.i.j.k.l.m.n]";
        assert_eq!(
            too_deep(&format!("{header}\nx.y.z.v = 1\nx.y.z.w = 2\n")),
            None
        );
        let deep = format!("{header}\n{header}\nx{} = 1\n", ".y".repeat(MAX_DEPTH));
        assert!(too_deep(&deep).is_some());
    }
}
