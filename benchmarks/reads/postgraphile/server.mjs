// PostGraphile 5 over one tenant's schema, on as many processes as ours: node server.mjs PORT PROCESSES
// Where and as whom to sign in is in libpq's variables (PGHOST, PGUSER, PGDATABASE, PGOPTIONS).
import cluster from "node:cluster";
import { createServer } from "node:http";
import { grafserv } from "grafserv/node";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { jsonPgSmartTags } from "postgraphile/utils";

const [port, processes, ...schemas] = process.argv.slice(2);

// The view of users has no constraints that could be read from it, and without an index no
// order and no condition is offered: these are what the questions need.
const known = jsonPgSmartTags({
  version: 1,
  config: {
    class: {
      "shared.accounts_user": { tags: { primaryKey: "id" } },
      [`${schemas[0]}.success_account`]: {
        tags: { foreignKey: "(owner_id) references shared.accounts_user (id)" },
      },
    },
    attribute: {
      [`${schemas[0]}.journeys_company.renewal_on`]: { tags: { behavior: "+orderBy" } },
      [`${schemas[0]}.journeys_affiliation.until`]: { tags: { behavior: "+filterBy" } },
    },
  },
});

if (cluster.isPrimary) {
  for (let number = 0; number < Number(processes); number++) cluster.fork();
  // without one of them it would not be what it is measured as
  cluster.on("exit", () => process.exit(1));
  process.on("SIGTERM", () => process.exit(0));
} else {
  const served = postgraphile({
    extends: [PostGraphileAmberPreset],
    plugins: [known],
    pgServices: [makePgService({ connectionString: "", schemas })],
    grafserv: { graphqlPath: "/graphql", graphiql: false, websockets: false, watch: false },
  }).createServ(grafserv);
  await served.ready();
  const answer = served.createHandler();
  createServer((request, response) =>
    request.url === "/livez" ? response.writeHead(204).end() : answer(request, response),
  ).listen(Number(port), "127.0.0.1");
}
