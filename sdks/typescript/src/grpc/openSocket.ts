import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { TlsFiles } from "./ChannelOptions";
import { readTlsFiles } from "./credentials";
import type { Target } from "./Target";

/** Begins a connection; `onReady` is called once bytes of HTTP/2 may be sent. What goes wrong is the socket's "error". */
export function openSocket(target: Target, files: TlsFiles, onReady: () => void): Socket {
  const { host, port } = target;
  // Of a name's addresses the next is tried when one does not answer; "localhost" may be ::1 and 127.0.0.1.
  const address = { host, port, autoSelectFamily: true };
  if (!target.isSecure) return connect(address).setNoDelay(true).once("connect", onReady);
  const name = isIP(host) === 0 ? { servername: host } : {};
  const socket: TLSSocket = connectTls({ ...address, ...name, ...readTlsFiles(files), ALPNProtocols: ["h2"] });
  return socket.setNoDelay(true).once("secureConnect", () => {
    if (socket.alpnProtocol === "h2") return onReady();
    socket.destroy(new Error("the server does not speak HTTP/2; is it Aether's gRPC port?"));
  });
}
