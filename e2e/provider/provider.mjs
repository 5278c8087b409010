// A provider of OpenID Connect for tests: oidc-provider with people who sign in by themselves, keys that can be changed and
// ID tokens that can be made wrong. Says where it listens once it does.
//
//   node provider.mjs PORT CLIENT_ID CLIENT_SECRET REDIRECT_URL
//
// Who signs in stands in `login_hint`: NAME, or NAME+METHOD for a second factor. The address is NAME@corp.example, verified
// unless the name begins with "unverified".
import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';

const [port, clientId, clientSecret, redirectUrl] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const cookieKeys = [randomBytes(32).toString('hex')];

let key;
let provider;
// What is wrong with the ID tokens: nothing, "audience", "nonce", "expired", "issuer" or "signature".
let wrong = '';

async function newKey() {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: randomBytes(8).toString('hex'), alg: 'RS256', use: 'sig' };
}

async function spoiled(token) {
  const header = decodeProtectedHeader(token);
  const claims = decodeJwt(token);
  if (wrong === 'audience') claims.aud = 'somebody-else';
  if (wrong === 'nonce') claims.nonce = 'of-another-attempt';
  if (wrong === 'expired') claims.exp = Math.floor(Date.now() / 1000) - 60;
  if (wrong === 'issuer') claims.iss = 'https://elsewhere.example';
  const by = wrong === 'signature' ? await newKey() : key;
  return new SignJWT(claims).setProtectedHeader(header).sign(await importJWK(by, 'RS256'));
}

function open() {
  provider = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirectUrl] }],
    jwks: { keys: [key] },
    cookies: { keys: cookieKeys },
    claims: { openid: ['sub', 'amr'], email: ['email', 'email_verified'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    ttl: { AuthorizationCode: 60, AccessToken: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@corp.example`, email_verified: !id.startsWith('unverified') }),
    }),
  });
  provider.use(async (ctx, next) => {
    await next();
    if (wrong && ctx.oidc?.route === 'token' && ctx.body?.id_token) {
      ctx.body.id_token = await spoiled(ctx.body.id_token);
    }
  });
}

async function signIn(request, answer) {
  const { params } = await provider.interactionDetails(request, answer);
  const [name, method] = String(params.login_hint ?? 'nobody').split('+');
  const grant = new provider.Grant({ accountId: name, clientId: params.client_id });
  grant.addOIDCScope('openid email');
  const login = { accountId: name, amr: method ? ['pwd', method] : ['pwd'], remember: false };
  const consent = { grantId: await grant.save() };
  await provider.interactionFinished(request, answer, { login, consent }, { mergeWithLastSubmission: false });
}

async function handle(request, answer) {
  const { pathname, searchParams } = new URL(request.url, issuer);
  if (pathname.startsWith('/interaction/')) return signIn(request, answer);
  if (pathname === '/test/wrong') {
    wrong = searchParams.get('what') ?? '';
    return answer.end('ok');
  }
  if (pathname === '/test/keys') {
    key = await newKey();
    open();
    return answer.end('ok');
  }
  return provider.callback()(request, answer);
}

key = await newKey();
open();
createServer((request, answer) => {
  handle(request, answer).catch((error) => {
    answer.statusCode = 500;
    answer.end(String(error));
  });
}).listen(Number(port), '127.0.0.1', () => console.log(`listens at ${issuer}`));
