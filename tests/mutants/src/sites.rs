//! Where in a source file a mutant's place stands in the syntax.
use std::collections::HashMap;
use std::ops::Range;

use proc_macro2::{LineColumn, Span};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::list::Place;

/// A piece of the source, in bytes.
pub type Piece = Range<usize>;

/// What stands at a place.
#[derive(Clone, Debug)]
pub enum Site {
    /// An operator between two operands. `chain` is one that joins a `let`, which has no other form.
    Binary {
        whole: Piece,
        left: Piece,
        right: Piece,
        chain: bool,
    },
    /// An operator before its operand.
    Unary { whole: Piece, operand: Piece },
    /// The condition of a match arm.
    Guard { whole: Piece, binds: bool },
    /// A match arm, with its condition if it has one.
    Arm {
        pattern: Piece,
        guard: Option<(Piece, bool)>,
    },
    /// A field that is given beside `..base`.
    Field {
        value: Piece,
        name: String,
        shorthand: bool,
        base: Piece,
    },
}

/// A function with a body.
#[derive(Clone, Debug)]
pub struct Function {
    /// `Type::name`, or the name alone.
    pub name: String,
    /// The body between its braces.
    pub body: Piece,
    /// The word `const`.
    pub constant: Option<Piece>,
    /// Whether the type it returns is not named.
    pub opaque: bool,
    /// The last expression, where nothing returns earlier.
    pub tail: Option<Piece>,
}

/// Everything in a file that a mutant may be about.
#[derive(Debug, Default)]
pub struct Sites {
    /// By the place at which the change begins, in bytes.
    pub at: HashMap<usize, Vec<Site>>,
    /// In the order of the source.
    pub functions: Vec<Function>,
}

impl Sites {
    /// The innermost function whose body holds a place.
    pub fn function(&self, at: usize) -> Option<&Function> {
        let around = self.functions.iter().filter(|one| one.body.contains(&at));
        around.min_by_key(|one| one.body.len())
    }
}

/// Lines and columns to bytes.
#[derive(Debug)]
pub struct Offsets<'a> {
    source: &'a str,
    lines: Vec<usize>,
}

impl<'a> Offsets<'a> {
    /// Of one source.
    pub fn new(source: &'a str) -> Self {
        let starts = source.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            source,
            lines: std::iter::once(0).chain(starts).collect(),
        }
    }

    /// Where a place is.
    pub fn at(&self, place: Place) -> usize {
        let start = self.lines[place.line - 1];
        let line = &self.source[start..];
        let column = line.char_indices().nth(place.column - 1);
        start + column.map_or(line.len(), |(at, _)| at)
    }

    fn column(&self, at: LineColumn) -> usize {
        self.at(Place {
            line: at.line,
            column: at.column + 1,
        })
    }

    fn piece(&self, span: Span) -> Piece {
        self.column(span.start())..self.column(span.end())
    }
}

/// Reads a file.
///
/// # Errors
/// If it is no Rust.
pub fn sites(source: &str) -> syn::Result<Sites> {
    let file = syn::parse_file(source)?;
    let mut reader = Reader {
        offsets: Offsets::new(source),
        found: Sites::default(),
        owner: None,
    };
    reader.visit_file(&file);
    Ok(reader.found)
}

struct Reader<'a> {
    offsets: Offsets<'a>,
    found: Sites,
    /// The type whose functions are read.
    owner: Option<String>,
}

impl Reader<'_> {
    fn add(&mut self, at: usize, site: Site) {
        self.found.at.entry(at).or_default().push(site);
    }

    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let braces = self.offsets.piece(block.span());
        let name = match &self.owner {
            Some(owner) => format!("{owner}::{}", signature.ident),
            None => signature.ident.to_string(),
        };
        let opaque = match &signature.output {
            syn::ReturnType::Default => false,
            syn::ReturnType::Type(_, kind) => matches!(**kind, syn::Type::ImplTrait(_)),
        };
        let mut returns = Returns(false);
        returns.visit_block(block);
        let tail = match block.stmts.last() {
            Some(syn::Stmt::Expr(last, None)) if !returns.0 => {
                Some(self.offsets.piece(last.span()))
            }
            _ => None,
        };
        self.found.functions.push(Function {
            name,
            body: braces.start + 1..braces.end - 1,
            constant: signature
                .constness
                .map(|word| self.offsets.piece(word.span())),
            opaque,
            tail,
        });
    }
}

/// Whether something returns before the end.
struct Returns(bool);

impl Visit<'_> for Returns {
    fn visit_expr_return(&mut self, _: &syn::ExprReturn) {
        self.0 = true;
    }
    fn visit_expr_try(&mut self, _: &syn::ExprTry) {
        self.0 = true;
    }
}

/// Whether an expression joins a `let` to something.
fn joins_let(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(pair) if matches!(pair.op, syn::BinOp::And(_)) => {
            joins_let(&pair.left) || joins_let(&pair.right)
        }
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        let before = self.owner.take();
        if let syn::Type::Path(path) = &*item.self_ty {
            self.owner = path.path.segments.last().map(|last| last.ident.to_string());
        }
        visit::visit_item_impl(self, item);
        self.owner = before;
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_expr_binary(&mut self, pair: &'ast syn::ExprBinary) {
        let piece = |span| self.offsets.piece(span);
        let site = Site::Binary {
            whole: piece(pair.span()),
            left: piece(pair.left.span()),
            right: piece(pair.right.span()),
            chain: joins_let(&pair.left) || joins_let(&pair.right),
        };
        let at = piece(pair.op.span()).start;
        self.add(at, site);
        visit::visit_expr_binary(self, pair);
    }

    fn visit_expr_unary(&mut self, unary: &'ast syn::ExprUnary) {
        let whole = self.offsets.piece(unary.span());
        let operand = self.offsets.piece(unary.expr.span());
        self.add(whole.start, Site::Unary { whole, operand });
        visit::visit_expr_unary(self, unary);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let pattern = self.offsets.piece(arm.pat.span());
        let guard = arm.guard.as_ref();
        let guard = guard.map(|(_, guard)| (self.offsets.piece(guard.span()), joins_let(guard)));
        if let Some((whole, binds)) = guard.clone() {
            self.add(whole.start, Site::Guard { whole, binds });
        }
        let at = self.offsets.piece(arm.span()).start;
        self.add(at, Site::Arm { pattern, guard });
        visit::visit_arm(self, arm);
    }

    fn visit_expr_struct(&mut self, made: &'ast syn::ExprStruct) {
        if let Some(base) = &made.rest {
            for field in &made.fields {
                let syn::Member::Named(name) = &field.member else {
                    continue;
                };
                let site = Site::Field {
                    value: self.offsets.piece(field.expr.span()),
                    name: name.to_string(),
                    shorthand: field.colon_token.is_none(),
                    base: self.offsets.piece(base.span()),
                };
                let at = self.offsets.piece(field.span()).start;
                self.add(at, site);
            }
        }
        visit::visit_expr_struct(self, made);
    }
}
