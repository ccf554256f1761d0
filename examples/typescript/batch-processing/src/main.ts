// Works through a batch of images, a few at a time, each in a workflow of its own. One that fails does not hold up the
// others: see README.md.
import { aether, WorkflowFailed } from "@aetherframework.ai/sdk";

interface Image {
  name: string;
  width: number;
}

interface Album {
  name: string;
  images: Image[];
}

class BrokenImage extends Error {
  constructor(name: string) {
    super(`${name} can't be decoded`);
  }
}

const client = aether();

const scaleImage = client.workflow("scale-image", async (ctx, image: Image) => {
  const width = await ctx.step("decode", () => {
    if (image.width <= 0) throw new BrokenImage(image.name);
    return image.width;
  });
  return ctx.step("scale", () => `${image.name} at ${width / 2}`);
});

const processAlbum = client.workflow("process-album", async (ctx, album: Album) => {
  // Four children at once. `settled` gives every outcome, `parallel` would throw the first error.
  const outcomes = await ctx.settled(
    album.images.map((image) => () => ctx.child(scaleImage, [image], { id: `${album.name}/${image.name}` })),
    { maximumConcurrency: 4 },
  );
  const scaled: string[] = [];
  const failed: string[] = [];
  for (const outcome of outcomes) {
    if (outcome.status === "fulfilled") scaled.push(outcome.value);
    else if (outcome.reason instanceof WorkflowFailed) failed.push(outcome.reason.reason);
    else throw outcome.reason;
  }
  return { scaled, failed };
});

await client.serve([processAlbum, scaleImage], async () => {
  const images = Array.from({ length: 20 }, (_, index) => ({ name: `image-${index + 1}`, width: index === 6 ? 0 : 100 * (index + 1) }));
  const { scaled, failed } = await processAlbum.with({ id: "holiday" }).startAndWait({ name: "holiday", images });
  console.log(`${scaled.length} scaled, the last ${scaled.at(-1) ?? "none"}`);
  console.log(`failed: ${failed.join(", ")}`);
});
