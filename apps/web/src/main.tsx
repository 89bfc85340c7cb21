/** The page's beginning: a login link is taken from the address before anything else, then drawn. */
import { createRoot } from "react-dom/client";
import "./styles/page.css";
import "./styles/chat.css";
import "./styles/view.css";
import { App } from "./app.tsx";
import { takeLogin } from "./login-link.ts";

const place = document.getElementById("page");
if (place === null) throw new Error("index.html has no #page");
createRoot(place).render(<App login={takeLogin()} />);
