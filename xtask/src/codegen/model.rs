//! The facts of `model/cognito-idp.json`, typed.

use std::collections::BTreeMap;

use serde_json::Value;

use super::observed::Observed;

/// The whole service: operations and shapes by name.
pub struct Model {
    pub operations: Vec<Operation>,
    pub shapes: BTreeMap<String, Shape>,
}

/// One operation, with the names of its shapes.
pub struct Operation {
    pub name: String,
    pub input: String,
    pub output: Option<String>,
    pub errors: Vec<String>,
    pub signed: bool,
}

/// One shape: what it is and what constrains it.
pub struct Shape {
    pub kind: Kind,
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub sensitive: bool,
}

/// What a shape is, with the names of the shapes it holds.
pub enum Kind {
    Structure {
        members: Vec<Member>,
        error: bool,
        fault: bool,
    },
    List {
        element: String,
    },
    Map {
        key: String,
        value: String,
    },
    String {
        pattern: Option<String>,
        values: Vec<String>,
    },
    Integer,
    Long,
    Double,
    Boolean,
    Timestamp,
    Blob,
    Document,
}

/// A member of a structure.
pub struct Member {
    pub name: String,
    pub shape: String,
    pub required: bool,
}

impl Model {
    /// Reads the model and makes sure that every shape it names is there.
    pub fn read(text: &str) -> Result<Self, String> {
        let source: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let mut shapes = BTreeMap::new();
        for (name, facts) in entries(&source["shapes"]) {
            shapes.insert(name.clone(), Shape::read(name, facts)?);
        }
        let operations = entries(&source["operations"])
            .map(|(name, facts)| Operation::read(name, facts))
            .collect::<Result<Vec<_>, _>>()?;
        let model = Self { operations, shapes };
        model.check_references()?;
        model.check_recursion()?;
        Ok(model)
    }

    /// Takes what the live service takes where that is more than the model says.
    pub fn correct(&mut self, observed: &Observed) -> Result<(), String> {
        for text in &observed.texts {
            let shape = self.shapes.get_mut(&text.shape);
            match shape.map(|shape| (&mut shape.max, &mut shape.kind)) {
                Some((max, Kind::String { pattern, .. })) => {
                    *max = Some(text.max);
                    *pattern = Some(text.pattern.clone());
                }
                _ => return Err(format!("the overlay corrects {}, which is no text", text.shape)),
            }
        }
        for (name, added) in &observed.values {
            match self.shapes.get_mut(name).map(|shape| &mut shape.kind) {
                Some(Kind::String { values, .. })
                    if !values.is_empty() && !added.iter().any(|value| values.contains(value)) =>
                {
                    values.extend_from_slice(added);
                }
                _ => {
                    return Err(format!(
                        "the overlay adds to {name}, which is no closed set or has the value"
                    ));
                }
            }
        }
        Ok(())
    }

    /// The shape of that name; `read` has proven that it exists.
    pub fn shape(&self, name: &str) -> &Shape {
        &self.shapes[name]
    }

    fn check_references(&self) -> Result<(), String> {
        let of_operations = self.operations.iter().flat_map(|operation| {
            std::iter::once(&operation.input)
                .chain(&operation.output)
                .chain(&operation.errors)
        });
        let of_shapes = self.shapes.values().flat_map(|shape| shape.kind.references());
        match of_operations
            .chain(of_shapes)
            .find(|name| !self.shapes.contains_key(*name))
        {
            Some(missing) => Err(format!(
                "the model names the shape {missing} but does not describe it"
            )),
            None => Ok(()),
        }
    }

    /// A plain struct cannot hold itself by value, and no shape of the service does.
    fn check_recursion(&self) -> Result<(), String> {
        let mut path = Vec::new();
        self.shapes
            .keys()
            .try_for_each(|name| self.descend(name, &mut path))
    }

    fn descend<'a>(&'a self, name: &'a str, path: &mut Vec<&'a str>) -> Result<(), String> {
        if path.contains(&name) {
            return Err(format!(
                "the shape {name} holds itself: teach structures.rs to box it"
            ));
        }
        path.push(name);
        for inner in self.shape(name).kind.references() {
            self.descend(inner, path)?;
        }
        path.pop();
        Ok(())
    }
}

impl Operation {
    fn read(name: &str, facts: &Value) -> Result<Self, String> {
        Ok(Self {
            name: name.to_owned(),
            input: text(facts, "input").ok_or_else(|| format!("operation {name} has no input"))?,
            output: text(facts, "output"),
            errors: texts(facts, "errors"),
            signed: match facts["auth"].as_str() {
                Some("sigv4") => true,
                Some("none") => false,
                other => return Err(format!("operation {name} has the unknown auth {other:?}")),
            },
        })
    }
}

impl Shape {
    fn read(name: &str, facts: &Value) -> Result<Self, String> {
        Ok(Self {
            kind: Kind::read(facts)
                .ok_or_else(|| format!("shape {name} has an unknown or incomplete type"))?,
            min: facts["min"].as_i64(),
            max: facts["max"].as_i64(),
            sensitive: facts["sensitive"] == true,
        })
    }
}

impl Kind {
    fn read(facts: &Value) -> Option<Self> {
        Some(match facts["type"].as_str()? {
            "structure" if facts["document"] == true => Self::Document,
            "structure" => Self::Structure {
                members: members(facts)?,
                error: facts["error"] == true,
                fault: facts["fault"] == true,
            },
            "list" => Self::List {
                element: text(facts, "member")?,
            },
            "map" => Self::Map {
                key: text(facts, "key")?,
                value: text(facts, "value")?,
            },
            "string" => Self::String {
                pattern: text(facts, "pattern"),
                values: texts(facts, "enum"),
            },
            "integer" => Self::Integer,
            "long" => Self::Long,
            "double" | "float" => Self::Double,
            "boolean" => Self::Boolean,
            "timestamp" => Self::Timestamp,
            "blob" => Self::Blob,
            _ => return None,
        })
    }

    /// The names of the shapes that this one holds directly.
    pub fn references(&self) -> Vec<&String> {
        match self {
            Self::Structure { members, .. } => members.iter().map(|member| &member.shape).collect(),
            Self::List { element } => vec![element],
            Self::Map { key, value } => vec![key, value],
            _ => Vec::new(),
        }
    }
}

fn members(facts: &Value) -> Option<Vec<Member>> {
    let required = texts(facts, "required");
    entries(&facts["members"])
        .map(|(name, shape)| {
            Some(Member {
                name: name.clone(),
                shape: shape.as_str()?.to_owned(),
                required: required.contains(name),
            })
        })
        .collect()
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn text(facts: &Value, name: &str) -> Option<String> {
    facts[name].as_str().map(str::to_owned)
}

fn texts(facts: &Value, name: &str) -> Vec<String> {
    let list = facts[name].as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_that_is_named_but_not_described_is_reported() {
        let text = r#"{"operations": {}, "shapes": {"A": {"type": "list", "member": "B"}}}"#;
        let error = Model::read(text).err().unwrap();
        assert_eq!(error, "the model names the shape B but does not describe it");
    }

    #[test]
    fn a_shape_that_holds_itself_is_reported() {
        let text = r#"{"operations": {}, "shapes": {
            "A": {"type": "structure", "members": {"b": "B"}},
            "B": {"type": "list", "member": "A"}
        }}"#;
        let error = Model::read(text).err().unwrap();
        assert_eq!(error, "the shape A holds itself: teach structures.rs to box it");
    }
}
