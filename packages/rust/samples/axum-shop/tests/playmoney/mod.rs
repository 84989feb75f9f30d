pub async fn tell(server: &playmoney::Server, method: reqwest::Method, path: &str, body: serde_json::Value) -> serde_json::Value {
    let request = reqwest::Client::new().request(method, format!("{}/__admin/{path}", server.base_url())).json(&body);
    request.send().await.and_then(reqwest::Response::error_for_status).expect("Playmoney agrees").json().await.expect("JSON")
}
