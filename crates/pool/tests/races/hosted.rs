//! What the hosted pages are made of, made and deleted at the same moment.

use serde_json::{Value, json};

use crate::{PARALLEL, PASSWORD, Scene, at_once, with};

const NONE: [&str; 0] = [];

fn domain(name: &str) -> Value {
    json!({ "Domain": name })
}

fn resource_server() -> Value {
    json!({ "Identifier": "orders", "Name": "Orders" })
}

fn provider() -> Value {
    json!({
        "ProviderName": "Corp",
        "ProviderType": "SAML",
        "ProviderDetails": { "MetadataFile": poolhouse_saml::testing::Idp::new().metadata() },
        "IdpIdentifiers": ["corp"],
    })
}

fn policy() -> Value {
    json!({ "PolicyName": "Tools", "URLPatterns": ["https://a.example/*"] })
}

fn terms() -> Value {
    json!({
        "TermsName": "terms-of-use",
        "TermsSource": "LINK",
        "Enforcement": "NONE",
        "Links": { "cognito:default": "https://a.example" },
    })
}

fn gone(scene: &Scene) -> String {
    format!("User pool {} does not exist.", scene.pool)
}

#[tokio::test]
async fn nothing_is_made_in_a_pool_deleted_at_the_same_moment() {
    for (prefix, operation, members) in [
        ("domain", "CreateUserPoolDomain", domain("acme")),
        ("resource-server/", "CreateResourceServer", resource_server()),
        ("identity-provider/", "CreateIdentityProvider", provider()),
        ("signing-certificate", "GetSigningCertificate", json!({})),
    ] {
        let scene = Scene::new().await;
        scene.first(prefix, "DeleteUserPool", json!({}));
        let refused = scene.call(operation, members).await;
        refused.assert_error("ResourceNotFoundException", &gone(&scene));
        assert_eq!(scene.keys(&scene.pool).await, NONE, "{operation}");
        assert_eq!(scene.keys("domain/").await, NONE, "{operation}");
    }
}

#[tokio::test]
async fn a_pool_that_gets_a_domain_at_the_same_moment_is_not_deleted() {
    let custom = json!({
        "Domain": "auth.acme.example",
        "CustomDomainConfig": { "CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/a" },
    });
    for (prefix, members) in [("domain", domain("acme")), ("custom-domain", custom)] {
        let scene = Scene::new().await;
        scene.first(prefix, "CreateUserPoolDomain", members);
        scene.call("DeleteUserPool", json!({})).await.assert_error(
            "InvalidParameterException",
            "User pool cannot be deleted. It has a domain configured that should be deleted first.",
        );
        scene.call("DescribeUserPool", json!({})).await.ok();
        assert_eq!(scene.sign_in().await.status, 200);
    }
}

#[tokio::test]
async fn a_domain_wanted_by_two_pools_at_the_same_moment_is_one_pools() {
    let scene = Scene::new().await;
    let other = scene.server.pool().await;
    let body = with(domain("acme"), "UserPoolId", &other);
    scene.before("domain/acme", move |rival| async move {
        rival.call("CreateUserPoolDomain", body).await.ok();
    });
    scene
        .call("CreateUserPoolDomain", domain("acme"))
        .await
        .assert_error(
            "InvalidParameterException",
            "Domain already associated with another user pool",
        );
    let described = scene.call("DescribeUserPoolDomain", domain("acme")).await.ok();
    assert_eq!(described["DomainDescription"]["UserPoolId"], other.as_str());
    let calls = (0..PARALLEL).map(|n| {
        let body = with(domain(&format!("acme-{n}")), "UserPoolId", &scene.pool);
        ("CreateUserPoolDomain", body)
    });
    assert_eq!(at_once(&scene.server, calls).await, 1);
    assert_eq!(scene.keys("domain/acme-").await.len(), 1);
}

#[tokio::test]
async fn a_domain_deleted_at_the_same_moment_is_not_brought_back_by_an_update() {
    let scene = Scene::new().await;
    scene.call("CreateUserPoolDomain", domain("acme")).await.ok();
    let body = with(domain("acme"), "UserPoolId", &scene.pool);
    scene.before("domain/acme", move |rival| async move {
        rival.call("DeleteUserPoolDomain", body).await.ok();
    });
    let lost = scene.call("UpdateUserPoolDomain", domain("acme")).await;
    assert_eq!(lost["__type"], "ConcurrentModificationException");
    assert_eq!(scene.keys("domain").await, NONE);
}

#[tokio::test]
async fn of_two_things_of_one_name_made_at_the_same_moment_the_second_is_told() {
    let scene = Scene::new().await;
    let client = |members: Value| with(members, "ClientId", &scene.client);
    let orders = format!("orders already exists in user pool {}.", scene.pool);
    let cases = [
        (
            "resource-server/",
            "CreateResourceServer",
            resource_server(),
            "InvalidParameterException",
            orders.as_str(),
        ),
        (
            "identity-provider/",
            "CreateIdentityProvider",
            provider(),
            "DuplicateProviderException",
            "A provider with the name Corp already exists in this user pool.",
        ),
        (
            "branding-of/",
            "CreateManagedLoginBranding",
            client(json!({ "Settings": {} })),
            "ManagedLoginBrandingExistsException",
            "The app client already has a managed login branding style.",
        ),
        (
            "terms-of/",
            "CreateTerms",
            client(terms()),
            "TermsExistsException",
            "The app client already has terms of the name terms-of-use.",
        ),
    ];
    for (prefix, operation, members, name, sentence) in cases {
        scene.first(prefix, operation, members.clone());
        scene.call(operation, members).await.assert_error(name, sentence);
    }
}

#[tokio::test]
async fn a_resource_server_deleted_at_the_same_moment_is_not_brought_back_by_an_update() {
    let scene = Scene::new().await;
    scene.call("CreateResourceServer", resource_server()).await.ok();
    scene.first("resource-server/", "DeleteResourceServer", resource_server());
    scene
        .call("UpdateResourceServer", resource_server())
        .await
        .assert_error("TooManyRequestsException", "Rate exceeded");
    assert_eq!(scene.keys("/resource-server/").await, NONE);
}

#[tokio::test]
async fn no_client_names_a_provider_deleted_at_the_same_moment() {
    let scene = Scene::new().await;
    let client = json!({ "ClientName": "web", "SupportedIdentityProviders": ["COGNITO", "Corp"] });
    let named = json!({ "ProviderName": "Corp" });
    scene.call("CreateIdentityProvider", provider()).await.ok();
    scene.first("client/", "DeleteIdentityProvider", named.clone());
    let sentence = format!("The provider Corp does not exist for User Pool {}.", scene.pool);
    scene
        .call("CreateUserPoolClient", client.clone())
        .await
        .assert_error("InvalidParameterException", &sentence);

    scene.call("CreateIdentityProvider", provider()).await.ok();
    scene.first("identity-provider/", "CreateUserPoolClient", client);
    let answer = scene.call("DeleteIdentityProvider", named).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let clients = scene.call("ListUserPoolClients", json!({})).await.ok();
    let clients = clients["UserPoolClients"].as_array().unwrap().clone();
    assert_eq!(clients.len(), 2);
    for client in clients {
        let asked = json!({ "ClientId": client["ClientId"] });
        let described = scene.call("DescribeUserPoolClient", asked).await;
        assert!(!described.text.contains("Corp"), "{}", described.text);
    }
    for trace in ["/identity-provider/", "/idp-identifier/"] {
        assert_eq!(scene.keys(trace).await, NONE);
    }
}

#[tokio::test]
async fn somebody_at_a_provider_is_one_user_whoever_is_linked_at_the_same_moment() {
    let scene = Scene::new().await;
    scene.server.user(&scene.pool, "noel", PASSWORD).await;
    scene.call("CreateIdentityProvider", provider()).await.ok();
    let link = |user: &str| {
        json!({
            "DestinationUser": { "ProviderName": "Cognito", "ProviderAttributeValue": user },
            "SourceUser": {
                "ProviderName": "Corp",
                "ProviderAttributeName": "Cognito_Subject",
                "ProviderAttributeValue": "1",
            },
        })
    };
    scene.first("linked/", "AdminLinkProviderForUser", link("noel"));
    scene
        .call("AdminLinkProviderForUser", link("mara"))
        .await
        .assert_error(
            "AliasExistsException",
            "The source user is already linked to a user of this pool.",
        );
    assert_eq!(scene.keys("/linked/").await.len(), 1);
    let shown = scene.on_mara("AdminGetUser", json!({})).await;
    assert!(!shown.text.contains("identities"), "{}", shown.text);
}

#[tokio::test]
async fn nothing_is_made_for_a_client_deleted_at_the_same_moment_and_nothing_stays_of_it() {
    for (prefix, operation, members) in [
        (
            "branding-of/",
            "CreateManagedLoginBranding",
            json!({ "Settings": {} }),
        ),
        ("terms-of/", "CreateTerms", terms()),
        (
            "ui-customization/",
            "SetUICustomization",
            json!({ "CSS": ".label-customizable { color: #000 }" }),
        ),
        ("cimd-policy/", "CreateCIMDPolicy", policy()),
    ] {
        let scene = Scene::new().await;
        scene.call("CreateUserPoolDomain", domain("acme")).await.ok();
        let members = with(members, "ClientId", &scene.client);
        let client = json!({ "ClientId": scene.client });
        scene.first(prefix, "DeleteUserPoolClient", client.clone());
        let sentence = format!("User pool client {} does not exist.", scene.client);
        let refused = scene.call(operation, members.clone()).await;
        refused.assert_error("ResourceNotFoundException", &sentence);
        assert_eq!(scene.keys(prefix).await, NONE, "{operation}");
        if prefix == "cimd-policy/" {
            // A policy outlives its client, as on the service.
            continue;
        }
        let scene = Scene::new().await;
        scene.call("CreateUserPoolDomain", domain("acme")).await.ok();
        let mut members = members;
        members["ClientId"] = json!(scene.client);
        scene.first("client/", operation, members);
        let client = json!({ "ClientId": scene.client });
        let deleted = scene.call("DeleteUserPoolClient", client).await;
        assert_eq!(deleted.status, 200, "{}", deleted.text);
        assert_eq!(scene.keys(prefix).await, NONE, "{operation}");
        assert_eq!(scene.keys("/branding/").await, NONE);
        assert_eq!(scene.keys("/terms/").await, NONE);
    }
}

#[tokio::test]
async fn a_pool_asked_for_its_certificate_twice_at_the_same_moment_has_one() {
    let scene = Scene::new().await;
    scene.first("signing-certificate", "GetSigningCertificate", json!({}));
    let answer = scene.call("GetSigningCertificate", json!({})).await.ok();
    assert_eq!(scene.call("GetSigningCertificate", json!({})).await.ok(), answer);
}
