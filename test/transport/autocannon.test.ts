import { openAutocannonTransport } from '../../loadgen/transport/autocannon.ts';
import { transportContract } from '../contracts/transport.ts';

transportContract('autocannon', openAutocannonTransport);
