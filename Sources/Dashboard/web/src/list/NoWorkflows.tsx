import { Empty } from "../ui/Empty";
import { isFiltered, type Filters } from "./filters";

export function NoWorkflows({ filters }: { filters: Filters }) {
  if (isFiltered(filters)) {
    return (
      <Empty icon="search" title="No workflow matches">
        <p>Take away a filter, or look at another time.</p>
      </Empty>
    );
  }
  return (
    <Empty icon="workflows" title="No workflows yet" commands={["aether init my-app", "aether workflow start TYPE --input JSON"]}>
      <p>Make a project with a worker and start it, then start a workflow here or on the command line. It appears as it happens.</p>
    </Empty>
  );
}
