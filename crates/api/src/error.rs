//! The names of errors.

/// Defines [`ErrorCode`](crate::ErrorCode): for every name its HTTP status and the JSON member that carries its text.
macro_rules! error_codes {
    ($($(#[$meta:meta])* $name:ident: $status:literal, $member:literal;)+) => {
        /// The name of an error, as `__type` in the body and in the header `x-amzn-ErrorType`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ErrorCode {
            $($(#[$meta])* $name,)+
        }

        impl ErrorCode {
            /// Every error, in the order of names.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name on the wire.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)+ }
            }

            /// The HTTP status: 500 for a fault of the service, 400 for everything else.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }

            /// The JSON member that carries the text: `message`, or `Message` for the errors of the front end.
            pub const fn message_member(self) -> &'static str {
                match self { $(Self::$name => $member,)+ }
            }

            /// The error of that name, which a caller or a function may have given.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $(stringify!($name) => Some(Self::$name),)+ _ => None }
            }
        }
    };
}
pub(crate) use error_codes;

#[cfg(test)]
mod tests {
    use crate::ErrorCode;

    #[test]
    fn only_faults_of_the_service_are_500() {
        let faults: Vec<&str> = ErrorCode::ALL
            .iter()
            .filter(|code| code.status() != 400)
            .map(|code| code.name())
            .collect();
        assert_eq!(faults, ["InternalErrorException", "InternalServerException"]);
        assert!(
            ErrorCode::ALL
                .iter()
                .all(|code| [400, 500].contains(&code.status()))
        );
    }

    #[test]
    fn every_name_leads_back_to_its_code() {
        for code in ErrorCode::ALL {
            assert_eq!(ErrorCode::from_name(code.name()), Some(*code));
        }
        assert_eq!(ErrorCode::from_name("NoSuchException"), None);
    }

    #[test]
    fn only_a_refused_identity_is_told_in_a_capital_message() {
        let capital: Vec<&str> = ErrorCode::ALL
            .iter()
            .filter(|code| code.message_member() == "Message")
            .map(|code| code.name())
            .collect();
        assert_eq!(capital, ["AccessDeniedException"]);
    }
}
