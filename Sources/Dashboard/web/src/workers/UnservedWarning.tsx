import type { Unserved } from "../api/types";
import { Link } from "../app/Link";
import { counted } from "../format/number";
import { Icon } from "../ui/Icon";
import { Elapsed } from "../ui/Elapsed";

/// Types that tasks wait for and that no connected worker offers, with what to do.
export function UnservedWarning({ unserved }: { unserved: Unserved[] }) {
  if (unserved.length === 0) return null;
  return (
    <section className="unserved" aria-label="Not served">
      <h2>
        <Icon name="warning" /> {counted(unserved.length, "type")} nobody serves
      </h2>
      <ul>
        {unserved.map(({ kind, name, service, waiting, oldestAt }) => (
          <li key={`${kind} ${service} ${name}`}>
            <span>
              <code>{name}</code> <span className="quiet">{kind === "WORKFLOW" ? "workflow" : "activity"}</span>
              {service !== null && <span className="quiet"> of service {service}</span>}
            </span>
            <span className="number">
              {kind === "WORKFLOW" ? (
                <Link className="link" href={`/?type=${encodeURIComponent(name)}&state=PENDING`}>
                  {counted(waiting, "task")}
                </Link>
              ) : (
                counted(waiting, "task")
              )}{" "}
              waiting
              {oldestAt !== null && (
                <>
                  , the oldest for <Elapsed from={oldestAt} to={null} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      <p className="quiet">Start a worker that registers them, or look whether a deployed one lost them: the name must be the same, letter for letter.</p>
    </section>
  );
}
