import { Dialog } from "../ui/Dialog";

const groups: { title: string; keys: [keys: string[], what: string][] }[] = [
  {
    title: "Everywhere",
    keys: [
      [["Ctrl", "K"], "Find or do"],
      [["1"], "Workflows"],
      [["2"], "Workers"],
      [["3"], "Metrics"],
      [["?"], "This help"],
      [["Esc"], "Close, or leave a field"],
    ],
  },
  {
    title: "Workflows",
    keys: [
      [["/"], "Search"],
      [["j"], "Next"],
      [["k"], "Previous"],
      [["Enter"], "Open"],
      [["x"], "Select"],
      [["n"], "Start a workflow"],
      [["t"], "Relative or absolute times"],
    ],
  },
  {
    title: "A workflow",
    keys: [
      [["j"], "Next operation"],
      [["k"], "Previous operation"],
      [["["], "Previous tab"],
      [["]"], "Next tab"],
      [["{"], "Previous workflow of the list"],
      [["}"], "Next workflow of the list"],
      [["Esc"], "Select nothing; back to the list"],
    ],
  },
  {
    title: "Timeline",
    keys: [
      [["+"], "Zoom in"],
      [["-"], "Zoom out"],
      [["0"], "All of it"],
      [["←"], "Earlier"],
      [["→"], "Later"],
      [["Ctrl", "wheel"], "Zoom where the pointer is"],
    ],
  },
];

export function HelpDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard" onClose={onClose} className="help">
      <div className="keys">
        {groups.map((group) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {group.keys.map(([keys, what]) => (
                <div key={what}>
                  <dt>{what}</dt>
                  <dd>
                    {keys.map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
