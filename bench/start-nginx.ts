import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startCommand, type Running } from './processes.ts'

export const hasNginx = (): boolean => spawnSync('nginx', ['-v']).error === undefined

/**
 * nginx as one process before the platform: messages by kept-alive connections, streams without buffering. What the way
 * costs where nothing is looked at.
 */
export function startNginx(platformUrl: string): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'foyer-nginx-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'nginx.conf')
  return startCommand((port) => {
    writeFileSync(file, configuration(folder, port, new URL(platformUrl).port))
    return ['nginx', '-p', folder, '-e', 'stderr', '-c', file]
  }, '/ready')
}

const configuration = (folder: string, port: number, platformPort: string) => `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr crit;
events { worker_connections 16384; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_requests 1000000;
  upstream platform { server 127.0.0.1:${platformPort}; keepalive 256; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port};
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    location = /ready { return 200 ready; }
    location ~ ^/messages/(.+)$ { proxy_pass http://platform/api/v2/conversations/messaging/$1/messages; }
    location ~ ^/events/(.+)$ {
      proxy_pass http://platform/api/v2/conversations/messaging/$1/stream;
      proxy_buffering off;
      proxy_read_timeout 1h;
    }
  }
}
`
