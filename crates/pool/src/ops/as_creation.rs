//! From the update of a thing to the creation of one with the same settings.
//!
//! The service resets whatever an update leaves out, so what an update does to a thing is what a creation would: one
//! function applies both, and reads the larger request.

/// Turns an update into a creation. Every member of both requests is named: those that both have once, those that only
/// one has with what becomes of them. So a member that AWS adds to either does not compile until somebody has decided.
/// (The compiler then says that a pattern requires `..`, as it does within macros. It requires the member's name.)
macro_rules! as_creation {
    (
        $update:expr, $from:ident { $($dropped:ident: $pattern:pat,)* }
        => $to:ident { $($made:ident: $value:expr,)* }
        both { $($member:ident,)* }
    ) => {{
        let $from { $($dropped: $pattern,)* $($member,)* } = $update;
        $to { $($made: $value,)* $($member,)* }
    }};
}
pub(super) use as_creation;
