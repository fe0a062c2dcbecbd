//! An error in one line.

use std::error::Error;

/// An error and the errors behind it, outermost first, parted by colons.
pub fn with_causes(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line.push_str(": ");
        line.push_str(&error.to_string());
        cause = error.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::*;

    #[derive(Debug)]
    struct Layer(&'static str, Option<Box<Layer>>);

    impl fmt::Display for Layer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Layer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|layer| layer as &dyn Error)
        }
    }

    #[test]
    fn an_error_names_all_that_led_to_it() {
        let innermost = Layer("the disk is full", None);
        assert_eq!(with_causes(&innermost), "the disk is full");
        let middle = Layer("the row was not written", Some(Box::new(innermost)));
        let outermost = Layer("no sign-in", Some(Box::new(middle)));
        assert_eq!(
            with_causes(&outermost),
            "no sign-in: the row was not written: the disk is full"
        );
    }
}
