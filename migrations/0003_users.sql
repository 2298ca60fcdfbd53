-- Passwords and tokens are no events. Whoever inserts the credentials of an account first has registered it.
create table credentials (
  user_id       text primary key,
  password_hash text not null,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now()
);

-- Who a token is for, as clients name it.
create table apps (
  id         text primary key,
  host       text not null unique,
  created_at timestamptz not null default now()
);

-- Key pairs that tokens are signed with: the newest signs, all verify.
create table signing_keys (
  id          text primary key,
  private_pem text not null,
  public_pem  text not null,
  created_at  timestamptz not null default now()
);

-- A token is kept as its hash and as what it is made of: RS256 is deterministic, so the same claims under the same key
-- give the same token again, and nobody can read a token out of the database.
create table tokens (
  id                text primary key,
  token_hash        bytea not null unique,
  user_id           text not null,
  app_id            text not null references apps (id),
  device            text not null,
  key_id            text not null references signing_keys (id),
  slug              text not null,
  roles             text[] not null,
  created_at        timestamptz not null,
  expires_at        timestamptz not null,
  last_refreshed_at timestamptz not null,
  revoked_at        timestamptz
);
create index tokens_by_device on tokens (user_id, app_id, device, created_at);
