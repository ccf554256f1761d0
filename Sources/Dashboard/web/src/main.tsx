import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { applyTheme } from "./app/theme";

applyTheme();
const container = document.getElementById("app");
if (container) createRoot(container).render(<App />);
