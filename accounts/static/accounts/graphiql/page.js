/* The page to try GraphQL in: GraphiQL, with the session's CSRF token and example questions as tabs. */
(() => {
  "use strict";

  const root = document.getElementById("graphiql");
  const examples = JSON.parse(document.getElementById("examples").textContent);

  const fetcher = async (question, options) => {
    const response = await fetch(root.dataset.address, {
      method: "POST",
      credentials: "same-origin",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/graphql-response+json, application/json;q=0.9",
        "X-CSRFToken": root.dataset.token,
        ...(options && options.headers),
      },
      body: JSON.stringify(question),
    });
    return response.json();
  };

  const page = React.createElement(GraphiQL, {
    fetcher,
    defaultTabs: examples,
    shouldPersistHeaders: false,
    defaultEditorToolsVisibility: "variables",
  });
  ReactDOM.createRoot(root).render(page);
})();
