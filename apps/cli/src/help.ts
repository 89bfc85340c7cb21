/** What `servereye help` prints. */
export const HELP = `Usage: servereye COMMAND

  up        start everything on this machine: the hub, and an agent for this server
  chat      talk to the bot in this terminal (also: echo /memory | servereye chat)
  login     print a one-time link to the page
  doctor    look what is wrong, and what to do about it
  backup    write everything the hub keeps into one file, also while it runs (backup --help)
  restore   load such a file into an empty store, here or in DATABASE_URL
  hub       start the hub alone
  agent     run the agent alone (agent --help)
  help, --version

The data folder is ./data, or SERVEREYE_DATA_DIR; settings come from the environment and from .env.
`;
