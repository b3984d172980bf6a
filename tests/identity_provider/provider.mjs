/* A certified OpenID Connect provider as a real peer: whoever types a name there is that name.
   Arguments: client ID, client secret, and our own addresses to come back to and to end at. */
import http from "node:http";
import Provider from "oidc-provider";

const [clientId, clientSecret, back, end] = process.argv.slice(2);
const server = http.createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uris: [back],
        post_logout_redirect_uris: [end],
      },
    ],
    cookies: { keys: ["of this run alone"] },
    pkce: { required: () => true },
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
