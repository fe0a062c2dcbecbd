//! The ARNs of functions.

use std::fmt;

/// `arn:PARTITION:lambda:REGION:ACCOUNT:function:NAME[:QUALIFIER]`, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FunctionArn {
    prefix: String,
    name: String,
    qualifier: Option<String>,
}

impl FunctionArn {
    /// Reads an ARN; `None` if it is no function's.
    pub(crate) fn parse(text: &str) -> Option<FunctionArn> {
        let parts: Vec<&str> = text.split(':').collect();
        let (["arn", partition, "lambda", region, account, "function", name], rest) =
            parts.split_first_chunk::<7>()?
        else {
            return None;
        };
        let qualifier = match rest {
            [] => None,
            [qualifier] if !qualifier.is_empty() => Some((*qualifier).to_owned()),
            _ => return None,
        };
        (!name.is_empty()).then(|| FunctionArn {
            prefix: format!("arn:{partition}:lambda:{region}:{account}:function"),
            name: (*name).to_owned(),
            qualifier,
        })
    }

    /// The ARN of a function of this name beside a pool: same partition, region and account.
    pub(crate) fn beside(pool_arn: &str, name: &str) -> Option<FunctionArn> {
        let parts: Vec<&str> = pool_arn.split(':').collect();
        let ["arn", partition, "cognito-idp", region, account, ..] = parts[..] else {
            return None;
        };
        FunctionArn::parse(&format!(
            "arn:{partition}:lambda:{region}:{account}:function:{name}"
        ))
    }

    /// The function's name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The version or alias.
    pub(crate) fn qualifier(&self) -> Option<&str> {
        self.qualifier.as_deref()
    }

    /// The ARN without version or alias.
    pub(crate) fn unqualified(&self) -> String {
        format!("{}:{}", self.prefix, self.name)
    }
}

impl fmt::Display for FunctionArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.unqualified())?;
        self.qualifier
            .as_ref()
            .map_or(Ok(()), |qualifier| write!(f, ":{qualifier}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_is_taken_apart_and_put_together() {
        let text = "arn:aws:lambda:eu-central-1:123456789012:function:2faDefine:live";
        let arn = FunctionArn::parse(text).unwrap();
        assert_eq!((arn.name(), arn.qualifier()), ("2faDefine", Some("live")));
        assert_eq!(
            arn.unqualified(),
            "arn:aws:lambda:eu-central-1:123456789012:function:2faDefine"
        );
        assert_eq!(arn.to_string(), text);
        for text in [
            "2faDefine",
            "arn:aws:lambda:eu-central-1:1:layer:a",
            "arn:aws:lambda:eu-central-1:1:function:",
            "arn:aws:lambda:eu-central-1:1:function:a:b:c",
            "arn:aws:lambda:eu-central-1:1:function:a:",
        ] {
            assert_eq!(FunctionArn::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_bare_name_is_the_function_beside_the_pool() {
        let pool = "arn:aws-cn:cognito-idp:cn-north-1:123456789012:userpool/cn-north-1_a";
        let arn = FunctionArn::beside(pool, "2faCreate").unwrap();
        assert_eq!(
            arn.to_string(),
            "arn:aws-cn:lambda:cn-north-1:123456789012:function:2faCreate"
        );
        assert_eq!(FunctionArn::beside("arn:aws:s3:::bucket", "2faCreate"), None);
    }
}
