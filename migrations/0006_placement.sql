-- What of each card is given away. The last guard, card by card; a card that nobody reserved anything of has no row to break.
alter table allotments add constraint never_overcommit_card
  check (not jsonb_path_exists(state, '$.cards[*] ? (@.reservedBytes > @.limitBytes)'));

-- Nodes with GPUs that were registered before cards were told apart: nothing is reserved of any card in particular.
update allotments set state = state || jsonb_build_object('cards', (
  select jsonb_agg(jsonb_build_object('index', number - 1, 'limitBytes', (gpu ->> 'vramBytes')::bigint, 'reservedBytes', 0) order by number)
  from jsonb_array_elements(state -> 'capacity' -> 'gpus') with ordinality as gpus(gpu, number)
)) where jsonb_array_length(state -> 'capacity' -> 'gpus') > 0;

update history set state = state || jsonb_build_object('cards', (
  select jsonb_agg(jsonb_build_object('index', number - 1, 'limitBytes', (gpu ->> 'vramBytes')::bigint, 'reservedBytes', 0) order by number)
  from jsonb_array_elements(state -> 'capacity' -> 'gpus') with ordinality as gpus(gpu, number)
)) where projection = 'allotments' and jsonb_array_length(state -> 'capacity' -> 'gpus') > 0;

-- Which nodes have pulled an image lately: a row per image.
create table images (
  id text primary key, since bigint not null, version int not null, state jsonb not null
);

-- What a node's cards last said of themselves: telemetry, no event.
create table gpu_readings (
  node_id  text primary key,
  at       timestamptz not null,
  readings jsonb not null
);
